package org.culvert.api.tunnel;

import java.util.Map;

/**
 * What a tunnel carried since it was opened, in inner packets and octets.
 *
 * @param receivedPackets packets that came out of the tunnel
 * @param receivedOctets their octets
 * @param sentPackets packets that went into the tunnel; those that this host refused to send are
 *     not among them
 * @param sentOctets their octets
 * @param drops dropped packets by reason; reasons that never occurred are absent
 */
public record TunnelCounters(
    long receivedPackets,
    long receivedOctets,
    long sentPackets,
    long sentOctets,
    Map<DropReason, Long> drops) {

  /** The counters of a tunnel that carried nothing. */
  public static final TunnelCounters ZERO = new TunnelCounters(0, 0, 0, 0, Map.of());

  /** Copies the map. */
  public TunnelCounters {
    drops = Map.copyOf(drops);
  }
}
