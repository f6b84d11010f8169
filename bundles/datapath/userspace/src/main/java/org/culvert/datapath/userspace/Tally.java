package org.culvert.datapath.userspace;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLongArray;
import org.culvert.api.tunnel.DropReason;

/** Counts one direction of a tunnel. One thread writes, without fences; any thread reads. */
final class Tally {
  private static final DropReason[] REASONS = DropReason.values();
  private static final int PACKETS = REASONS.length;
  private static final int OCTETS = PACKETS + 1;
  private static final int REFUSED_OCTETS = OCTETS + 1;
  private static final int REFUSED = DropReason.OUTER_REFUSED.ordinal();

  private final AtomicLongArray counters = new AtomicLongArray(REFUSED_OCTETS + 1);

  void carried(int octets) {
    add(PACKETS, 1);
    add(OCTETS, octets);
  }

  void dropped(DropReason reason, long packets) {
    add(reason.ordinal(), packets);
  }

  /** Counts a packet that was carried as far as the operating system, which refused to send it. */
  void refused(int octets) {
    add(REFUSED, 1);
    add(REFUSED_OCTETS, octets);
  }

  /** Returns what was carried and not refused then. */
  long packets() {
    return counters.getOpaque(PACKETS) - counters.getOpaque(REFUSED);
  }

  long octets() {
    return counters.getOpaque(OCTETS) - counters.getOpaque(REFUSED_OCTETS);
  }

  /** Adds the reasons that occurred to a map. */
  void collect(Map<DropReason, Long> sum) {
    for (DropReason reason : REASONS) {
      long count = counters.getOpaque(reason.ordinal());
      if (count > 0) {
        sum.merge(reason, count, Long::sum);
      }
    }
  }

  static Map<DropReason, Long> sum(Tally... tallies) {
    Map<DropReason, Long> sum = new EnumMap<>(DropReason.class);
    for (Tally tally : tallies) {
      tally.collect(sum);
    }
    return sum;
  }

  private void add(int index, long amount) {
    counters.setOpaque(index, counters.getPlain(index) + amount);
  }
}
