package org.culvert.api.netdev;

import java.util.Map;
import java.util.Set;
import org.culvert.api.net.IpPrefix;

/**
 * The ways that packets of tunnels should take through the operating system.
 *
 * @param destinations those of ordinary routes of ours, with the device that each leads into;
 *     packets from there come in by the same device
 * @param sources prefixes of this end, with the device that packets from there should leave by
 * @param devices those of tunnels; the packet filter is looked at for them
 * @param parts whether it is also looked at what takes a part of the packets; that may cost a look
 *     at a whole table of routes
 */
public record Ways(
    Map<IpPrefix, String> destinations,
    Map<IpPrefix, String> sources,
    Set<String> devices,
    boolean parts) {

  /** Copies the maps and the set. */
  public Ways {
    destinations = Map.copyOf(destinations);
    sources = Map.copyOf(sources);
    devices = Set.copyOf(devices);
  }

  /** Describes ways of which no part and no packet filter is asked for. */
  public static Ways to(Map<IpPrefix, String> destinations) {
    return new Ways(destinations, Map.of(), Set.of(), false);
  }
}
