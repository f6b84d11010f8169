package org.culvert.endpoint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;

/**
 * Routes that move from one device to another, in three steps, for no two devices can have the
 * same.
 *
 * <ol>
 *   <li>devices that take routes over get them beside those of the others, as a fallback where the
 *       other has a route and as a route where it has a fallback
 *   <li>the others give theirs up
 *   <li>what was taken over becomes what it should be
 * </ol>
 */
final class TakeOver {
  private TakeOver() {}

  /**
   * Returns what devices have in between that take routes over from others, by name.
   *
   * @param present what devices should have had
   * @param desired what they should have
   */
  static Map<String, DeviceConfiguration> between(
      Map<String, DeviceConfiguration> present, Map<String, DeviceConfiguration> desired) {
    if (present.size() <= 1 && present.keySet().containsAll(desired.keySet())) {
      return Map.of();
    }
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
            Optional<DeviceConfiguration> now = Optional.ofNullable(present.get(device));
            between.put(device, between(now, configuration, taken, takenFallbacks));
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
  private static DeviceConfiguration between(
      Optional<DeviceConfiguration> now,
      DeviceConfiguration configuration,
      Set<IpPrefix> taken,
      Set<IpPrefix> takenFallbacks) {
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
    return new DeviceConfiguration(
        addresses,
        routes,
        fallbacks,
        configuration.mtu(),
        configuration.defaultMetric(),
        configuration.forwardsIpv4());
  }
}
