package org.culvert.datapath.kernel;

import java.util.HashMap;
import java.util.Map;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * The MTUs of tunnels that were changed since they are carried as they are. Guarded by the lock of
 * the forwarding that it belongs to.
 */
final class FoundMtus {
  private final Map<String, Found> found = new HashMap<>();

  /**
   * An MTU that a tunnel has now.
   *
   * @param tunnel how it was carried when the MTU was set
   */
  private record Found(CarriedTunnel tunnel, int mtu) {}

  void put(CarriedTunnel tunnel, int mtu) {
    found.put(tunnel.id(), new Found(tunnel, mtu));
  }

  /** Returns what a tunnel has: what was found, or else what was agreed. */
  int of(CarriedTunnel tunnel) {
    Found known = found.get(tunnel.id());
    return known != null && known.tunnel.equals(tunnel) ? known.mtu : tunnel.mtu();
  }

  /** Returns what a tunnel's device is to be like. */
  TunnelDevice device(String name, CarriedTunnel tunnel) {
    return new TunnelDevice(
        name,
        tunnel.id(),
        tunnel.wire(),
        tunnel.outer(),
        tunnel.localAddress(),
        tunnel.remotePrefixes(),
        tunnel.localPrefixes(),
        // Below that, Linux takes all that is IPv6 from a device.
        Math.max(TunnelParameters.MINIMUM_MTU, of(tunnel)),
        tunnel.ownLink());
  }

  /** Forgets what was found of tunnels that are not carried, or otherwise. */
  void keepOnly(Map<String, CarriedTunnel> tunnels) {
    found
        .entrySet()
        .removeIf(entry -> !entry.getValue().tunnel.equals(tunnels.get(entry.getKey())));
  }
}
