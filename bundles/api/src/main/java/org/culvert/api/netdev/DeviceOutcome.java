package org.culvert.api.netdev;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;

/**
 * What came of giving a device its configuration.
 *
 * @param restored what was not so and is now, in the kernel's words and ours, a line each
 * @param addresses those that it could not be given, each with the cause in one line
 * @param routes destinations, of routes and of fallback routes, that could not be made to lead into
 *     it, each with the cause in one line
 * @param failure why the device could be given nothing at all, in one line; then the rest is empty
 */
public record DeviceOutcome(
    List<String> restored,
    Map<InterfaceAddress, String> addresses,
    Map<IpPrefix, String> routes,
    Optional<String> failure) {

  /** The outcome where all was as it should be. */
  public static final DeviceOutcome GOOD =
      new DeviceOutcome(List.of(), Map.of(), Map.of(), Optional.empty());

  /** Copies the collections. */
  public DeviceOutcome {
    restored = List.copyOf(restored);
    addresses = Map.copyOf(addresses);
    routes = Map.copyOf(routes);
  }

  /** Describes a device that could be given nothing. */
  public static DeviceOutcome failed(String reason) {
    return new DeviceOutcome(List.of(), Map.of(), Map.of(), Optional.of(reason));
  }

  /** Tells whether the device has all that it should have. */
  public boolean isComplete() {
    return failure.isEmpty() && addresses.isEmpty() && routes.isEmpty();
  }

  /** Returns the first cause of what is missing; empty if nothing is. */
  public Optional<String> cause() {
    return failure
        .or(() -> addresses.values().stream().findFirst())
        .or(() -> routes.values().stream().findFirst());
  }
}
