package org.culvert.commands;

import java.time.temporal.ChronoUnit;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;

/** Says what became of a lease that was to be ended, and what can be done after that. */
final class Ending {
  private Ending() {}

  /**
   * Describes it in one line.
   *
   * @param before the lease before
   * @param now the same lease afterwards; empty: the broker has forgotten it
   */
  static String of(Lease before, Optional<Lease> now) {
    String user = Text.safe(before.owner());
    if (now.isEmpty()) {
      return "Gone: nothing is kept for %s any more.".formatted(user);
    }
    State state = now.get().state();
    if (state == State.EXPIRED) {
      return "%s: the tunnel of %s. %s stays reserved for %s until %s; the same command again gives that up."
          .formatted(
              before.state() == State.ACTIVE ? "Ended" : "Taken back",
              user,
              what(now.get()),
              user,
              until(now.get()));
    }
    if (state == State.QUARANTINED) {
      return "%s: %s rests until %s; before that no other user gets it, and no command shortens that."
          .formatted(
              before.state() == State.QUARANTINED
                  ? "Nothing to end"
                  : before.state() == State.EXPIRED ? "Given up by " + user : "Ended",
              what(now.get()),
              until(now.get()));
    }
    return "Not ended: the tunnel of %s was asked for again meanwhile.".formatted(user);
  }

  private static String what(Lease lease) {
    String address = lease.clientAddress().getHostAddress();
    return lease.prefix().map(IpPrefix::toString).map(p -> address + " with " + p).orElse(address);
  }

  private static String until(Lease lease) {
    return lease.expires().truncatedTo(ChronoUnit.SECONDS).toString();
  }
}
