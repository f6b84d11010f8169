package org.culvert.api.netdev;

import java.util.Map;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;

/**
 * What the tunnel devices of one owner counted.
 *
 * @param devices by device name; one that is not there, or is down, is absent
 * @param strangers packets that belonged to none of them; a lower bound where the operating system
 *     does not count all
 */
public record TunnelDeviceCounters(
    Map<String, TunnelCounters> devices, Map<DropReason, Long> strangers) {

  /** Copies the maps. */
  public TunnelDeviceCounters {
    devices = Map.copyOf(devices);
    strangers = Map.copyOf(strangers);
  }
}
