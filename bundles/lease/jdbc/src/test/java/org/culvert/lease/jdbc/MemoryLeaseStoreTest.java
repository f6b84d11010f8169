package org.culvert.lease.jdbc;

import org.culvert.api.lease.LeaseStore;
import org.culvert.testkit.lease.MemoryLeaseStore;

/** The fake that other bundles are tested with keeps the same rules. */
class MemoryLeaseStoreTest extends LeaseStoreContract {
  private final MemoryLeaseStore store = new MemoryLeaseStore();

  @Override
  LeaseStore store() {
    return store;
  }
}
