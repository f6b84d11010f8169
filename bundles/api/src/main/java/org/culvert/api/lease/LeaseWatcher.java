package org.culvert.api.lease;

import java.util.Collection;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Is told of every change of every lease, after it is durable. Registered as a service; the broker
 * calls it, one call at a time and in the order of the changes. Methods must not block.
 */
@ConsumerType
public interface LeaseWatcher {

  /** Tells the whole truth: when watcher and broker have found each other, or all was read anew. */
  void all(Collection<Lease> leases);

  /** Tells what a lease has become. */
  void changed(Lease lease);

  /** Tells that a lease is forgotten. */
  void removed(Lease lease);
}
