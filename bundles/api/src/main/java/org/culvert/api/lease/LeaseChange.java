package org.culvert.api.lease;

/** One change to one lease, made only if the lease is still at the revision it was based on. */
public sealed interface LeaseChange {

  /**
   * Writes a lease.
   *
   * @param lease the new state; its revision is one more than that of the state it replaces, and 1
   *     for a new lease
   */
  record Put(Lease lease) implements LeaseChange {}

  /**
   * Forgets a lease.
   *
   * @param lease the state it is in
   */
  record Remove(Lease lease) implements LeaseChange {}
}
