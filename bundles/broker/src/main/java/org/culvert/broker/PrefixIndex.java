package org.culvert.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;

/** Leases by their prefixes, to find those that overlap something; for prefixes up to 64 bits. */
final class PrefixIndex {
  private final NavigableMap<Long, List<Lease>> byNetwork = new TreeMap<>(Long::compareUnsigned);

  PrefixIndex(Collection<Lease> leases) {
    for (Lease lease : leases) {
      lease
          .prefix()
          .ifPresent(
              prefix ->
                  byNetwork
                      .computeIfAbsent(PrefixPool.bits(prefix), bits -> new ArrayList<>(1))
                      .add(lease));
    }
  }

  /** Returns the leases whose prefixes overlap a prefix; of one around it, the nearest only. */
  List<Lease> overlapping(IpPrefix prefix) {
    long first = PrefixPool.bits(prefix);
    long last = first | lastBits(prefix.length());
    List<Lease> found = new ArrayList<>();
    var before = byNetwork.lowerEntry(first);
    if (before != null) {
      found.addAll(before.getValue());
    }
    byNetwork.subMap(first, true, last, true).values().forEach(found::addAll);
    found.removeIf(lease -> !lease.prefix().orElseThrow().overlaps(prefix));
    return found;
  }

  private static long lastBits(int length) {
    return length >= 64 ? 0 : -1L >>> length;
  }
}
