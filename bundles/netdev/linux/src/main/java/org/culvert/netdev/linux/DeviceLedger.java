package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.netdev.linux.Netlink.Answer;

/**
 * What Culvert added to one device, and the way from there to a new configuration.
 *
 * <p>Everything wanted is asked for each time, so that what somebody removed behind our back comes
 * back; what was there already and is not in the ledger belongs to others and is never removed.
 */
final class DeviceLedger {
  private final String name;
  private final int device;
  private final Set<InterfaceAddress> addresses = new HashSet<>();
  private final Set<Route> routes = new HashSet<>();

  private DeviceLedger(String name, int device) {
    this.name = name;
    this.device = device;
  }

  /** Takes over what an earlier process put on a device that outlived it, by its marks. */
  static DeviceLedger of(Netlink netlink, String name, int device) throws IOException {
    DeviceLedger ledger = new DeviceLedger(name, device);
    ledger.addresses.addAll(OurMarks.addresses(netlink, device));
    ledger.routes.addAll(OurMarks.routes(netlink, device));
    return ledger;
  }

  /** Returns the device's index: a device made anew under the same name has another. */
  int device() {
    return device;
  }

  /**
   * Adds, then removes; goes on when something fails.
   *
   * @throws IOException about the first failure, with the others attached
   */
  void apply(Netlink netlink, DeviceConfiguration wanted) throws IOException {
    List<IOException> failures = new ArrayList<>();
    netlink.change(RoutingRequests.mtu(device, wanted.mtu()), "setting the MTU of " + name);
    if (addAddresses(netlink, wanted.addresses(), failures)) {
      RouteTable.awaitLocal(netlink, wanted.addresses());
    }
    Set<Route> destinations = routes(wanted, device);
    addRoutes(netlink, destinations, failures);
    remove(netlink, destinations, routes, RoutingRequests::remove, failures);
    remove(
        netlink,
        wanted.addresses(),
        addresses,
        address -> RoutingRequests.remove(device, address),
        failures);
    if (!failures.isEmpty()) {
      IOException first = failures.get(0);
      failures.stream().skip(1).limit(8).forEach(first::addSuppressed);
      throw first;
    }
  }

  /** Returns the routes of a device; an address with an on-link prefix implies that one's. */
  static Set<Route> routes(DeviceConfiguration wanted, int device) {
    Set<Route> routes = new HashSet<>();
    wanted.routes().forEach(destination -> routes.add(Route.of(destination, device)));
    wanted.fallbackRoutes().forEach(destination -> routes.add(Route.fallback(destination, device)));
    for (InterfaceAddress address : wanted.addresses()) {
      IpPrefix onLink = IpPrefix.containing(address.address(), address.length());
      if (!onLink.equals(IpPrefix.host(address.address()))) {
        routes.add(Route.of(onLink, device));
      }
    }
    return routes;
  }

  /** Returns whether anything was added that was not there. */
  private boolean addAddresses(
      Netlink netlink, Set<InterfaceAddress> wanted, List<IOException> failures)
      throws IOException {
    List<InterfaceAddress> items = List.copyOf(wanted);
    List<Answer> answers =
        netlink.change(items.stream().map(item -> RoutingRequests.add(device, item)).toList());
    boolean added = false;
    for (int i = 0; i < items.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.isDone()) {
        addresses.add(items.get(i));
        added = true;
      } else if (answer.errno() != Errno.EEXIST) {
        failures.add(answer.failure("adding " + items.get(i) + " to " + name));
      }
    }
    return added;
  }

  private void addRoutes(Netlink netlink, Set<Route> wanted, List<IOException> failures)
      throws IOException {
    List<Route> items = List.copyOf(wanted);
    List<Answer> answers = netlink.change(items.stream().map(RoutingRequests::add).toList());
    List<Route> present = new ArrayList<>();
    for (int i = 0; i < items.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.isDone()) {
        routes.add(items.get(i));
      } else if (answer.errno() == Errno.EEXIST) {
        present.add(items.get(i));
      } else {
        failures.add(answer.failure("adding " + items.get(i) + " to " + name));
      }
    }
    if (!present.isEmpty()) {
      refuseThoseOfOthers(netlink, present, failures);
    }
  }

  private void refuseThoseOfOthers(Netlink netlink, List<Route> present, List<IOException> failures)
      throws IOException {
    Set<Route> all = new HashSet<>();
    RouteTable.list(netlink).forEach(entry -> all.add(entry.route()));
    for (Route route : present) {
      if (!all.contains(route)) {
        routes.remove(route);
        failures.add(
            new IOException(
                "the route to "
                    + route
                    + " cannot lead to "
                    + name
                    + ": another device has one with metric "
                    + route.metricText()
                    + "; remove it, or give it another metric"));
      }
    }
  }

  private <T> void remove(
      Netlink netlink,
      Set<T> wanted,
      Set<T> ours,
      Function<T, NetlinkMessage> request,
      List<IOException> failures)
      throws IOException {
    List<T> items = ours.stream().filter(item -> !wanted.contains(item)).toList();
    List<Answer> answers = netlink.change(items.stream().map(request).toList());
    for (int i = 0; i < items.size(); i++) {
      Answer answer = answers.get(i);
      boolean absent = answer.errno() == Errno.ESRCH || answer.errno() == Errno.EADDRNOTAVAIL;
      if (answer.isDone() || absent) {
        ours.remove(items.get(i));
      } else {
        failures.add(answer.failure("removing " + items.get(i) + " from " + name));
      }
    }
  }
}
