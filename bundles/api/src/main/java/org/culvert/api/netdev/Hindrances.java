package org.culvert.api.netdev;

import java.util.Map;
import org.culvert.api.net.IpPrefix;

/**
 * What others have put into the operating system that keeps packets from their ways. Each line says
 * what was found, and what to type to remove it or to let the packets pass.
 *
 * @param whole a line for each destination or source of which no packet gets where it should
 * @param parts a line for each of which some do not, which may be meant
 * @param devices a line for each device that the packet filter lets no connection through by
 */
public record Hindrances(
    Map<IpPrefix, String> whole, Map<IpPrefix, String> parts, Map<String, String> devices) {
  /** Nothing is in the way. */
  public static final Hindrances NONE = new Hindrances(Map.of(), Map.of(), Map.of());

  /** Copies the maps. */
  public Hindrances {
    whole = Map.copyOf(whole);
    parts = Map.copyOf(parts);
    devices = Map.copyOf(devices);
  }
}
