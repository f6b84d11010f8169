package org.culvert.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.culvert.api.broker.PrefixReservation;
import org.culvert.api.broker.PrefixReservation.State;
import org.culvert.api.lease.Lease;

/** How what the operator keeps for users stands. */
final class Reservations {
  private Reservations() {}

  static List<PrefixReservation> of(List<PrefixPolicy> policies, Collection<Lease> leases) {
    PrefixIndex index = new PrefixIndex(leases);
    List<PrefixReservation> reservations = new ArrayList<>();
    for (PrefixPolicy policy : policies) {
      for (PrefixPolicy.Reservation reservation : policy.reservations()) {
        List<Lease> holders = index.overlapping(reservation.prefix());
        State state =
            holders.isEmpty()
                ? State.FREE
                : holders.stream().allMatch(lease -> lease.owner().equals(reservation.user()))
                    ? State.HELD
                    : State.BLOCKED;
        reservations.add(
            new PrefixReservation(policy.name(), reservation.user(), reservation.prefix(), state));
      }
    }
    return reservations;
  }
}
