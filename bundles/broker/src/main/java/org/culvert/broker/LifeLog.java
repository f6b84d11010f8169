package org.culvert.broker;

import java.time.temporal.ChronoUnit;
import org.culvert.api.lease.Lease;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line for each event in a tunnel's life: who, type, inner, outer, why. */
final class LifeLog {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.broker.tunnels");

  private LifeLog() {}

  static void event(Lease lease, String why) {
    if (LOG.isInfoEnabled()) {
      LOG.info("{}", line(lease, why));
    }
  }

  /** Returns the line of an event. */
  static String line(Lease lease, String why) {
    return printable(lease.owner())
        + (": " + lease.type() + " " + IpAddresses.text(lease.clientAddress()))
        + lease.prefix().map(prefix -> " and " + prefix).orElse("")
        + (" over " + IpAddresses.text(lease.outer().local()))
        + (" to " + UserAddresses.text(lease.outer().remote()) + ": " + why);
  }

  /** Says that a user has another prefix from now on, and what becomes of the one before. */
  static void left(Lease lease, Lease resting) {
    LOG.info(
        "{}: asked for another prefix and has {} now; {} rests until {}, then others may get it",
        printable(lease.owner()),
        lease.prefix().map(IpPrefix::toString).orElse("none"),
        resting.prefix().map(IpPrefix::toString).orElse("none"),
        resting.expires().truncatedTo(ChronoUnit.SECONDS));
  }

  static void refusal(String owner, Throwable why) {
    LOG.debug("{}: refused: {}", printable(owner), why.toString());
  }

  /** A user's name comes from outside: whatever could forge a line or move a cursor is replaced. */
  static String printable(String name) {
    StringBuilder text = new StringBuilder(name.length());
    name.codePoints()
        .limit(64)
        .map(c -> Character.isLetterOrDigit(c) || (c > ' ' && c < 127) ? c : '?')
        .forEach(text::appendCodePoint);
    return text.toString();
  }
}
