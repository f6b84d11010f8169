package org.culvert.api.service;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/** Keeps duties over restarts and power cuts, beside the leases. */
@ConsumerType
public interface DutyStore {

  /**
   * Reads all duties. Blocks.
   *
   * @throws org.culvert.api.lease.LeaseStoreException if the store cannot be read
   */
  List<Duty> duties();

  /**
   * Writes duties and forgets others, all or none; a duty is told from others by its kind, its
   * service and its tunnel's id. Concurrent calls share one write to the disk.
   *
   * @return completes when that would survive a power cut; fails with a {@link
   *     org.culvert.api.lease.LeaseStoreException}
   */
  CompletionStage<Void> keep(List<Duty> written, List<Duty> forgotten);

  /**
   * Tells why duties may be refused now, in a line for the operator, though some were stored; see
   * {@link org.culvert.api.lease.LeaseStore#obstacle}. Does not block; empty where nothing is known
   * to be in the way. Called on any thread.
   */
  default Optional<String> obstacle() {
    return Optional.empty();
  }
}
