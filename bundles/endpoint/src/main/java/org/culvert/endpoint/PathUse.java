package org.culvert.endpoint;

import java.time.Duration;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;

/**
 * Tells whether packets flow into one tunnel that may be larger than every path carries. What the
 * probes of its two ends cause is not among them, or each end would keep the other one probing for
 * ever: neither the probes of this end nor the answers to those of the other end.
 *
 * <p>An answer is as large as its question, and came in shortly before. Thus so much is left out as
 * came in during this look and the one before, as far as probes can account for it.
 *
 * <p>Not for several threads at a time.
 */
final class PathUse {
  private static final long TICK = Duration.ofMillis(PathWatch.TICK_MILLIS).toNanos();

  /** Probes that were waiting somewhere and come at once. */
  private static final int LATE = 4;

  private final int base;
  private final int largest;
  private long sent;
  private long received;
  private long looked;

  /** Packets that came in, and those that were too big, as of their last look. */
  private long receivedPackets;

  private long tooBig;

  /** Octets of the probes that this end has sent since the last look. */
  private long probes;

  /** Octets that came in before the last look and may be answered after it. */
  private long unanswered;

  /**
   * Begins with what was counted so far.
   *
   * @param base octets that every path carries
   * @param largest octets of the largest probe that is reckoned with
   */
  PathUse(int base, int largest, TunnelCounters counters, long now) {
    this.base = base;
    this.largest = largest;
    this.sent = counters.sentOctets();
    this.received = counters.receivedOctets();
    this.looked = now;
    this.receivedPackets = counters.receivedPackets();
    this.tooBig = tooBig(counters);
  }

  /** A probe of so many octets went out. */
  void probed(int octets) {
    probes += octets;
  }

  /** Tells whether anything came out since this was asked last. */
  boolean isHeard(TunnelCounters counters) {
    long before = receivedPackets;
    receivedPackets = counters.receivedPackets();
    return receivedPackets > before;
  }

  /** Tells whether packets were dropped since this was asked last because they were too big. */
  boolean isTooSmall(TunnelCounters counters) {
    long before = tooBig;
    tooBig = tooBig(counters);
    return tooBig > before;
  }

  private static long tooBig(TunnelCounters counters) {
    return counters.drops().getOrDefault(DropReason.TOO_BIG, 0L);
  }

  /** Looks what went in since the last look. Times are nanoseconds of one monotonic clock. */
  boolean isLarge(TunnelCounters counters, long now) {
    long most = ((now - looked) / TICK * PathSizes.AT_ONCE + LATE) * largest;
    long in = Math.max(0, Math.min(counters.receivedOctets() - received, most));
    long out = Math.max(0, counters.sentOctets() - sent - probes);
    long answers = Math.min(out, in + unanswered);
    sent = counters.sentOctets();
    received = counters.receivedOctets();
    looked = now;
    probes = 0;
    unanswered = Math.min(in, in + unanswered - answers);
    return out - answers > base;
  }
}
