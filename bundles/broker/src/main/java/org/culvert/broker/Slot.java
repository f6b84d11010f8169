package org.culvert.broker;

import java.util.Comparator;
import org.culvert.api.lease.Lease;

/**
 * Where a user's tunnel of one family belongs. A user has one for each family, and in each at most
 * one lease and one waiting offer; the two are independent of one another.
 *
 * @param user the identity's user
 * @param family the IP version inside
 */
record Slot(String user, Family family) implements Comparable<Slot> {
  private static final Comparator<Slot> ORDER =
      Comparator.comparing(Slot::user).thenComparing(Slot::family);

  static Slot of(Lease lease) {
    return new Slot(lease.owner(), Family.of(lease.clientAddress()));
  }

  @Override
  public int compareTo(Slot other) {
    return ORDER.compare(this, other);
  }
}
