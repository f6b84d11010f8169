package org.culvert.broker;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;

/**
 * How many tunnels there are, or may be when waiting offers are accepted: in all, anonymous, and of
 * one source. What is offered counts at once and not when the store has it, or many who ask at once
 * would all find room; what has to make room counts no more. For the broker's thread.
 */
final class Headcount {
  /** What is offered and not in the store yet; whether it is the first of an anonymous user. */
  private final Map<Slot, Boolean> entering = new HashMap<>();

  /** Leases that are about to go. */
  private final Set<String> leaving = new HashSet<>();

  private final Map<InetAddress, Integer> bySource = new HashMap<>();
  private int tunnels;
  private int anonymous;

  /** Returns how many tunnels there are or may be. */
  int tunnels() {
    return tunnels;
  }

  /** Returns how many anonymous leases there are, resting ones included. */
  int anonymous() {
    return anonymous;
  }

  /** Returns how many tunnels, offers and resting anonymous leases one source has. */
  int of(InetAddress source) {
    return bySource.getOrDefault(source, 0);
  }

  /**
   * Counts an offer.
   *
   * @param has the lease of its slot
   */
  void proposed(Proposal proposal, Optional<Lease> has) {
    bySource.merge(proposal.outer().source(), 1, Integer::sum);
    if (has.filter(Headcount::isTunnel).isEmpty()) {
      boolean newcomer = proposal.identity().anonymous() && has.isEmpty();
      entering.put(proposal.slot(), newcomer);
      tunnels++;
      anonymous += newcomer ? 1 : 0;
    }
  }

  /** Counts an offer no more. */
  void withdrawn(Proposal proposal) {
    uncount(proposal.outer().source());
    entered(proposal.slot());
  }

  /** Counts a lease that the store has. */
  void put(Lease lease) {
    entered(Slot.of(lease));
    leaving.remove(lease.id());
    count(lease, 1);
  }

  /** Counts a lease no more. */
  void removed(Lease lease) {
    if (!leaving.remove(lease.id())) {
      count(lease, -1);
    }
  }

  /** Counts a lease no more that is still there, but about to go. */
  void leaves(Lease lease) {
    if (leaving.add(lease.id())) {
      count(lease, -1);
    }
  }

  /** Counts a lease again that could not go. */
  void stays(Lease lease) {
    if (leaving.remove(lease.id())) {
      count(lease, 1);
    }
  }

  private void entered(Slot slot) {
    Boolean newcomer = entering.remove(slot);
    if (newcomer != null) {
      tunnels--;
      anonymous -= newcomer ? 1 : 0;
    }
  }

  private void count(Lease lease, int by) {
    tunnels += isTunnel(lease) ? by : 0;
    anonymous += lease.anonymous() ? by : 0;
    if (isCounted(lease)) {
      if (by > 0) {
        bySource.merge(Outer.of(lease).source(), 1, Integer::sum);
      } else {
        uncount(Outer.of(lease).source());
      }
    }
  }

  private static boolean isTunnel(Lease lease) {
    return lease.state() == State.ACTIVE || lease.state() == State.OFFERED;
  }

  /** Tells whether a lease counts against its source; an offered one does by its proposal. */
  static boolean isCounted(Lease lease) {
    return lease.state() == State.ACTIVE
        || (lease.anonymous() && lease.state() == State.QUARANTINED);
  }

  private void uncount(InetAddress source) {
    bySource.computeIfPresent(source, (key, count) -> count == 1 ? null : count - 1);
  }
}
