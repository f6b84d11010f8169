package org.culvert.lease.jdbc;

import org.culvert.api.service.DutyStore;
import org.culvert.testkit.service.MemoryDutyStore;

/** The fake that other bundles are tested with keeps the same rules. */
class MemoryDutyStoreTest extends DutyStoreContract {
  private final MemoryDutyStore store = new MemoryDutyStore();

  @Override
  DutyStore store() {
    return store;
  }
}
