package org.culvert.endpoint;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one datapath's devices have, and the way from there to what they should have.
 *
 * <ol>
 *   <li>devices that take routes over from others get them beside these, as a fallback where the
 *       other has a route and as a route where it has a fallback, for no two devices can have the
 *       same
 *   <li>the others give theirs up
 *   <li>what was taken over becomes what it should be
 * </ol>
 *
 * So a tunnel that moves to another device is never without a way. Confined to the endpoint's
 * thread, but for {@link #wanted}.
 */
final class DeviceConfigurations {
  private static final Logger LOG = LoggerFactory.getLogger(DeviceConfigurations.class);

  private final NetworkDevices devices;

  /** What each device was last given. */
  private final Map<String, DeviceConfiguration> present = new HashMap<>();

  /** What each device was last wanted to have; swapped whole. */
  private volatile Map<String, DeviceConfiguration> wanted = Map.of();

  DeviceConfigurations(NetworkDevices devices) {
    this.devices = devices;
  }

  Map<String, DeviceConfiguration> wanted() {
    return wanted;
  }

  /** Takes note that a device may be another now, which is empty. */
  void forget(String device) {
    present.remove(device);
  }

  /** Tells whether a device has all of these. */
  boolean hasAllOf(String device, DeviceConfiguration needs) {
    DeviceConfiguration configuration = present.get(device);
    return configuration != null
        && configuration.addresses().containsAll(needs.addresses())
        && configuration.routes().containsAll(needs.routes())
        && configuration.fallbackRoutes().containsAll(needs.fallbackRoutes());
  }

  /**
   * Gives the devices exactly this.
   *
   * @return why devices could not be given it, by name
   */
  Map<String, String> apply(Map<String, DeviceConfiguration> desired) {
    wanted = Map.copyOf(desired);
    Map<String, String> failures = new HashMap<>();
    Map<String, DeviceConfiguration> takingOver = takingOver(desired);
    takingOver.forEach((device, both) -> give(device, both, failures));
    for (String device : Set.copyOf(present.keySet())) {
      if (!desired.containsKey(device)) {
        clear(device);
      }
    }
    desired.forEach(
        (device, configuration) -> {
          if (!takingOver.containsKey(device)) {
            give(device, configuration, failures);
          }
        });
    desired.forEach(
        (device, configuration) -> {
          if (takingOver.containsKey(device)) {
            give(device, configuration, failures);
          }
        });
    return failures;
  }

  /** Returns what devices have in between that take routes over from others. */
  private Map<String, DeviceConfiguration> takingOver(Map<String, DeviceConfiguration> desired) {
    Map<IpPrefix, String> routes = new HashMap<>();
    Map<IpPrefix, String> fallbacks = new HashMap<>();
    present.forEach(
        (device, configuration) -> {
          configuration.routes().forEach(route -> routes.put(route, device));
          configuration.fallbackRoutes().forEach(route -> fallbacks.put(route, device));
        });
    Map<String, DeviceConfiguration> between = new LinkedHashMap<>();
    desired.forEach(
        (device, configuration) -> {
          Set<IpPrefix> taken = ofOthers(device, configuration.routes(), routes);
          Set<IpPrefix> takenFallbacks =
              ofOthers(device, configuration.fallbackRoutes(), fallbacks);
          if (!taken.isEmpty() || !takenFallbacks.isEmpty()) {
            between.put(device, between(device, configuration, taken, takenFallbacks));
          }
        });
    return between;
  }

  private static Set<IpPrefix> ofOthers(
      String device, Set<IpPrefix> destinations, Map<IpPrefix, String> holders) {
    Set<IpPrefix> taken = new HashSet<>();
    for (IpPrefix destination : destinations) {
      if (!holders.getOrDefault(destination, device).equals(device)) {
        taken.add(destination);
      }
    }
    return taken;
  }

  /** All that the device has and is to have, with what is taken over the other way about. */
  private DeviceConfiguration between(
      String device,
      DeviceConfiguration configuration,
      Set<IpPrefix> taken,
      Set<IpPrefix> takenFallbacks) {
    Optional<DeviceConfiguration> now = Optional.ofNullable(present.get(device));
    Set<InterfaceAddress> addresses = new HashSet<>(configuration.addresses());
    Set<IpPrefix> routes = new HashSet<>(configuration.routes());
    Set<IpPrefix> fallbacks = new HashSet<>(configuration.fallbackRoutes());
    routes.removeAll(taken);
    fallbacks.removeAll(takenFallbacks);
    routes.addAll(takenFallbacks);
    fallbacks.addAll(taken);
    now.ifPresent(
        had -> {
          addresses.addAll(had.addresses());
          routes.addAll(had.routes());
          fallbacks.addAll(had.fallbackRoutes());
        });
    return new DeviceConfiguration(addresses, routes, fallbacks, configuration.mtu());
  }

  private void give(
      String device, DeviceConfiguration configuration, Map<String, String> failures) {
    if (configuration.equals(present.get(device))) {
      return;
    }
    try {
      devices.configure(device, configuration);
      present.put(device, configuration);
    } catch (IOException | RuntimeException e) {
      failures.putIfAbsent(device, RunningDatapath.reason(e));
    }
  }

  /** Takes from a device what tunnels had there that are no more, unless it went with them. */
  private void clear(String device) {
    DeviceConfiguration earlier = present.remove(device);
    if (earlier == null
        || (earlier.addresses().isEmpty()
            && earlier.routes().isEmpty()
            && earlier.fallbackRoutes().isEmpty())) {
      return;
    }
    try {
      devices.configure(device, new DeviceConfiguration(Set.of(), Set.of(), earlier.mtu()));
    } catch (IOException | RuntimeException e) {
      LOG.debug("Device {} is gone with its tunnels", device, e);
    }
  }
}
