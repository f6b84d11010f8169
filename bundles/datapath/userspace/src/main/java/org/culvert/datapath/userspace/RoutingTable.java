package org.culvert.datapath.userspace;

import java.util.Collection;
import java.util.Comparator;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.jspecify.annotations.Nullable;

/**
 * Which tunnel leads to an inner destination of one version of IP: the longest matching prefix.
 * Immutable once filled.
 *
 * <p>One look-up for each prefix length in use, longest first; there are few lengths.
 */
final class RoutingTable {
  private final KeyTable<Tunnel> tunnels;
  private final int[] lengths;
  private final @Nullable Tunnel speaker;

  RoutingTable(Collection<Tunnel> tunnels) {
    int entries = 0;
    for (Tunnel tunnel : tunnels) {
      entries += tunnel.carried.remotePrefixes().size();
    }
    this.tunnels = new KeyTable<>(entries);
    this.speaker = tunnels.isEmpty() ? null : tunnels.iterator().next();
    this.lengths =
        tunnels.stream()
            .flatMap(tunnel -> tunnel.carried.remotePrefixes().stream())
            .map(PrefixSet::bits)
            .distinct()
            .sorted(Comparator.reverseOrder())
            .mapToInt(Integer::intValue)
            .toArray();
    for (Tunnel tunnel : tunnels) {
      for (IpPrefix prefix : tunnel.carried.remotePrefixes()) {
        this.tunnels.put(
            PacketBatch.high(prefix.network()),
            PacketBatch.low(prefix.network()),
            PrefixSet.bits(prefix),
            tunnel);
      }
    }
  }

  /** Returns the tunnel from whose address errors about no tunnel are sent. */
  @Nullable Tunnel speaker() {
    return speaker;
  }

  @Nullable Tunnel find(long high, long low) {
    for (int length : lengths) {
      Tunnel tunnel =
          tunnels.get(high & PrefixSet.highMask(length), low & PrefixSet.lowMask(length), length);
      if (tunnel != null) {
        return tunnel;
      }
    }
    return null;
  }
}
