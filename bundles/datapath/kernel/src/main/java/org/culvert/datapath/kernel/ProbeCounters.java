package org.culvert.datapath.kernel;

import java.util.Collection;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.api.tunnel.TunnelCounters;

/** Counts the probes of each tunnel, which go past its device. Any thread may call. */
final class ProbeCounters {
  private record Sent(long packets, long octets) {
    Sent plus(Sent more) {
      return new Sent(packets + more.packets, octets + more.octets);
    }
  }

  private static final Sent NONE = new Sent(0, 0);

  private final Map<String, Sent> sent = new ConcurrentHashMap<>();

  void sent(String id, int octets) {
    sent.merge(id, new Sent(1, octets), Sent::plus);
  }

  /** Adds a tunnel's probes to what its device counted. */
  TunnelCounters with(String id, TunnelCounters counted) {
    Sent probes = sent.getOrDefault(id, NONE);
    return new TunnelCounters(
        counted.receivedPackets(),
        counted.receivedOctets(),
        counted.sentPackets() + probes.packets,
        counted.sentOctets() + probes.octets,
        counted.drops());
  }

  /** Forgets all other tunnels. */
  void keepOnly(Collection<String> ids) {
    sent.keySet().retainAll(ids);
  }
}
