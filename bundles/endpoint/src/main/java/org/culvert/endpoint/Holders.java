package org.culvert.endpoint;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;

/**
 * Finds the device that a destination should lead into, or fall back to, in a time that does not
 * grow with tunnels: the operating system may announce a million routes. Immutable.
 */
final class Holders {
  /** Up to so many devices are asked one after the other, whatever number of routes they have. */
  private static final int FEW = 4;

  private final Map<String, DeviceConfiguration> devices;
  private final Map<IpPrefix, String> index = new HashMap<>();

  Holders(Map<String, DeviceConfiguration> devices) {
    this.devices = devices;
    if (devices.size() > FEW) {
      devices.forEach(
          (device, wish) -> {
            wish.routes().forEach(destination -> index.put(destination, device));
            wish.fallbackRoutes().forEach(destination -> index.put(destination, device));
          });
    }
  }

  /** Tells whether these are the devices that it knows, and no others that equal them. */
  boolean isOf(Map<String, DeviceConfiguration> others) {
    return devices == others;
  }

  Optional<String> of(IpPrefix destination) {
    if (devices.size() > FEW) {
      return Optional.ofNullable(index.get(destination));
    }
    return devices.entrySet().stream()
        .filter(entry -> leadsTo(entry.getValue(), destination))
        .map(Map.Entry::getKey)
        .findFirst();
  }

  static boolean leadsTo(DeviceConfiguration wish, IpPrefix destination) {
    return wish.routes().contains(destination) || wish.fallbackRoutes().contains(destination);
  }
}
