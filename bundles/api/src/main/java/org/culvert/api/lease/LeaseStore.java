package org.culvert.api.lease;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Keeps leases over restarts and power cuts.
 *
 * <p>Written so that several brokers can share one: every change is conditional on the lease's
 * revision.
 */
@ConsumerType
public interface LeaseStore {

  /**
   * Reads all leases. Blocks.
   *
   * @throws LeaseStoreException if the store cannot be read
   */
  List<Lease> load();

  /**
   * Makes changes durable, all of them or none. Concurrent calls share one write to the disk.
   *
   * @return completes when the changes would survive a power cut; fails with a {@link
   *     LeaseStoreException}, of which {@link LeaseStoreException#stale} tells whether another
   *     change came first
   */
  CompletionStage<Void> commit(List<LeaseChange> changes);

  /**
   * Keeps a value for ever if none is kept under this key yet. Blocks.
   *
   * @return the value that is kept: this one, or the one that came first
   * @throws LeaseStoreException if the store cannot be read or written
   */
  String remember(String key, String value);

  /**
   * Keeps a value under this key from now on, whatever was kept there before; {@link #remember}
   * reads it.
   *
   * @return completes when it would survive a power cut; fails with a {@link LeaseStoreException}
   */
  CompletionStage<Void> note(String key, String value);

  /**
   * Tells why changes are refused now, in a line for the operator: from the first that was refused
   * until the store has found that one of its size can be stored. Does not block; empty where
   * nothing is known to be in the way. The store finds out by itself that it works again: while
   * there is an obstacle, the broker ends no lease of its own accord. Called on any thread.
   */
  default Optional<String> obstacle() {
    return Optional.empty();
  }

  /**
   * Tells what will soon keep changes from being stored, though none was refused yet, in a line for
   * the operator; for example that the disk is full. May block for as long as the disk does.
   */
  default Optional<String> shortage() {
    return Optional.empty();
  }
}
