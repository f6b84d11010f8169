package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.netdev.linux.AddressTable.Owner;

/**
 * What one device lacks, and what it has of ours that it should not have, as the kernel tells.
 *
 * <p>All that is wanted is lacking until it is seen: routes are compared while they are read, for
 * there may be hundreds of thousands.
 */
final class DeviceState {
  /** Up to so many devices are asked for by index, else the kernel tells all of all at once. */
  private static final int FEW = 2;

  private final int device;
  private final Set<InterfaceAddress> wantedAddresses;
  private final DeviceConfiguration wanted;
  private final Set<InterfaceAddress> missingAddresses;
  private final Set<Route> missingRoutes;
  private final List<InterfaceAddress> surplusAddresses = new ArrayList<>();
  private final List<Route> surplusRoutes = new ArrayList<>();
  private final Set<IpPrefix> onLink = new HashSet<>();

  /** Wanted addresses that are there, and those that the kernel takes in packets to. */
  private final Set<InterfaceAddress> usable = new HashSet<>();

  private final Set<InterfaceAddress> ofOthers = new HashSet<>();

  private final Set<InetAddress> takenIn = new HashSet<>();

  DeviceState(int device, DeviceConfiguration wanted) {
    this.device = device;
    this.wanted = wanted;
    this.wantedAddresses = wanted.addresses();
    this.missingAddresses = new HashSet<>(wantedAddresses);
    this.missingRoutes = routes(wanted, device);
    missingRoutes.stream()
        .map(Route::destination)
        .filter(destination -> !isNamed(destination))
        .forEach(onLink::add);
  }

  private boolean isNamed(IpPrefix destination) {
    return wanted.routes().contains(destination) || wanted.fallbackRoutes().contains(destination);
  }

  /** Returns the routes of a device; an address with an on-link prefix implies that one's. */
  static Set<Route> routes(DeviceConfiguration wanted, int device) {
    Set<Route> routes = new HashSet<>();
    wanted
        .routes()
        .forEach(destination -> routes.add(Route.of(destination, wanted.defaultMetric(), device)));
    wanted.fallbackRoutes().forEach(destination -> routes.add(Route.fallback(destination, device)));
    for (InterfaceAddress address : wanted.addresses()) {
      IpPrefix onLink = onLink(address);
      if (!onLink.equals(IpPrefix.host(address.address()))) {
        routes.add(Route.of(onLink, device));
      }
    }
    return routes;
  }

  /** Returns the routes of one configuration that another has not; most are in both. */
  static Set<Route> routesOnlyOf(DeviceConfiguration one, DeviceConfiguration other, int device) {
    Set<Route> routes = new HashSet<>();
    boolean sameMetric = one.defaultMetric() == other.defaultMetric();
    for (IpPrefix destination : one.routes()) {
      boolean inBoth =
          other.routes().contains(destination) && (sameMetric || destination.length() > 0);
      if (!inBoth) {
        routes.add(Route.of(destination, one.defaultMetric(), device));
      }
    }
    for (IpPrefix destination : one.fallbackRoutes()) {
      if (!other.fallbackRoutes().contains(destination)) {
        routes.add(Route.fallback(destination, device));
      }
    }
    Set<Route> implied = routes(addressesOf(one), device);
    implied.removeAll(routes(addressesOf(other), device));
    implied.removeIf(route -> other.routes().contains(route.destination()));
    routes.addAll(implied);
    return routes;
  }

  private static DeviceConfiguration addressesOf(DeviceConfiguration configuration) {
    return new DeviceConfiguration(configuration.addresses(), Set.of(), configuration.mtu());
  }

  static IpPrefix onLink(InterfaceAddress address) {
    return IpPrefix.containing(address.address(), address.length());
  }

  /** Looks at the addresses and routes of devices, all at one time. */
  static void look(Netlink netlink, Collection<DeviceState> states) throws IOException {
    Map<Integer, DeviceState> byDevice = byDevice(states);
    if (byDevice.size() > FEW) {
      look(netlink, byDevice, RouteTable.ANY_DEVICE, entry -> {});
    } else {
      for (int device : byDevice.keySet()) {
        look(netlink, byDevice, device, entry -> {});
      }
    }
  }

  /**
   * Does the same, and looks at all other routes as well.
   *
   * @param reader is given every route, those of the devices too
   */
  static void look(
      Netlink netlink, Collection<DeviceState> states, Consumer<RouteTable.Entry> reader)
      throws IOException {
    look(netlink, byDevice(states), RouteTable.ANY_DEVICE, reader);
  }

  private static Map<Integer, DeviceState> byDevice(Collection<DeviceState> states) {
    Map<Integer, DeviceState> byDevice = new HashMap<>();
    states.forEach(state -> byDevice.put(state.device, state));
    return byDevice;
  }

  private static void look(
      Netlink netlink,
      Map<Integer, DeviceState> states,
      int device,
      Consumer<RouteTable.Entry> reader)
      throws IOException {
    AddressTable.each(
        netlink,
        device,
        entry ->
            Optional.ofNullable(states.get(entry.device())).ifPresent(state -> state.see(entry)));
    RouteTable.each(
        netlink,
        device,
        entry -> {
          reader.accept(entry);
          DeviceState state = states.get(entry.route().device());
          if (state != null) {
            state.see(entry);
          }
        });
  }

  /** Takes note of an address of the device. */
  void see(AddressTable.Entry entry) {
    if (missingAddresses.remove(entry.address()) && entry.usable()) {
      usable.add(entry.address());
      if (entry.owner() == Owner.OTHERS) {
        ofOthers.add(entry.address());
      }
    }
    if (entry.owner() != Owner.OTHERS && !wantedAddresses.contains(entry.address())) {
      surplusAddresses.add(entry.address());
    }
  }

  /** Takes note of a route into the device. */
  void see(RouteTable.Entry entry) {
    if (entry.takesIn()) {
      takenIn.add(entry.route().destination().network());
    }
    if (entry.isOfMainTable()
        && !missingRoutes.remove(entry.route())
        && entry.isOurs()
        && !isWanted(entry.route())) {
      surplusRoutes.add(entry.route());
    }
  }

  private boolean isWanted(Route route) {
    IpPrefix destination = route.destination();
    return (wanted.routes().contains(destination)
            && route.equals(Route.of(destination, wanted.defaultMetric(), device)))
        || (wanted.fallbackRoutes().contains(destination)
            && route.equals(Route.fallback(destination, device)))
        || (onLink.contains(destination) && route.equals(Route.of(destination, device)));
  }

  /**
   * Returns wanted addresses that the device has and that nevertheless answer nobody: somebody
   * removed their local routes, which the kernel adds with an address and never again.
   */
  List<InterfaceAddress> deafAddresses(Netlink netlink) throws IOException {
    List<InterfaceAddress> deaf = new ArrayList<>();
    for (InterfaceAddress address : usable) {
      // A route that leads into another device may do as well.
      if (!takenIn.contains(address.address()) && !RouteTable.isLocal(netlink, address.address())) {
        deaf.add(address);
      }
    }
    return deaf;
  }

  /**
   * Returns those that may be taken away and given again. What others put there stays theirs: given
   * again it would be ours, and go with the tunnel. Theirs may also be as new as that the kernel
   * has not made its local route yet.
   */
  List<InterfaceAddress> curableAddresses(Netlink netlink) throws IOException {
    List<InterfaceAddress> curable = deafAddresses(netlink);
    curable.removeAll(ofOthers);
    return curable;
  }

  Set<InterfaceAddress> missingAddresses() {
    return missingAddresses;
  }

  Set<Route> missingRoutes() {
    return missingRoutes;
  }

  List<InterfaceAddress> surplusAddresses() {
    return surplusAddresses;
  }

  List<Route> surplusRoutes() {
    return surplusRoutes;
  }
}
