package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceOutcome;
import org.culvert.netdev.linux.Netlink.Answer;

/**
 * Adds to one device and removes from it, and keeps what came of it. One thing that the kernel
 * refuses keeps no other back.
 */
final class DeviceRepair {
  private final Netlink netlink;
  private final String name;
  private final int device;
  private final List<String> restored;
  private final Newcomers newcomers;
  private final Set<InterfaceAddress> deaf = new HashSet<>();
  private final Map<InterfaceAddress, String> addresses = new HashMap<>();
  private final Map<IpPrefix, String> routes = new HashMap<>();

  /**
   * Begins.
   *
   * @param restored what was put right about the device before
   */
  DeviceRepair(
      Netlink netlink, String name, int device, List<String> restored, Newcomers newcomers) {
    this.netlink = netlink;
    this.name = name;
    this.device = device;
    this.restored = new ArrayList<>(restored);
    this.newcomers = newcomers;
  }

  DeviceOutcome outcome() {
    return new DeviceOutcome(restored, addresses, routes, Optional.empty());
  }

  /**
   * Takes addresses away that lack their local routes, so that they can be given again. One that is
   * new waits for the kernel a while; that it had no local route yet is no other program's act.
   *
   * @return whether there were any: then the device, and what goes with an address, has changed
   */
  boolean removeDeaf(Collection<InterfaceAddress> found) throws IOException {
    newcomers.seen(device, found);
    List<InterfaceAddress> cured =
        found.stream().filter(address -> !newcomers.isYoung(device, address)).toList();
    deaf.addAll(cured);
    remove(cured, address -> RoutingRequests.remove(device, address));
    cured.stream()
        .filter(address -> !newcomers.has(device, address))
        .forEach(address -> restored.add(name + " had no local route to its address " + address));
    return !cured.isEmpty();
  }

  /** Takes note that the device's routes of IPv4 lead nowhere, whether they are there or not. */
  void refuseIpv4(Collection<IpPrefix> destinations, String cause) {
    for (IpPrefix destination : destinations) {
      if (Family.of(destination.network()) == Family.IPV4) {
        routes.put(destination, cause);
      }
    }
  }

  /** Adds addresses and waits until they answer. */
  void addAddresses(Collection<InterfaceAddress> wanted) throws IOException {
    List<InterfaceAddress> items = List.copyOf(wanted);
    List<Answer> answers = netlink.change(items, item -> RoutingRequests.add(device, item));
    Set<InterfaceAddress> added = new HashSet<>();
    for (int i = 0; i < items.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.isDone()) {
        added.add(items.get(i));
      } else if (answer.errno() != Errno.EEXIST) {
        addresses.put(items.get(i), refusal(answer, "adding " + items.get(i) + " to " + name));
      }
    }
    newcomers.added(netlink, device, added);
    added.removeAll(deaf);
    tell("the address", "addresses", List.copyOf(added));
  }

  /** Adds routes. One that the device has already is as good as added. */
  void addRoutes(Collection<Route> wanted) throws IOException {
    List<Route> items = List.copyOf(wanted);
    List<Answer> answers = netlink.change(items, RoutingRequests::add);
    List<Route> added = new ArrayList<>();
    Set<Route> present = new HashSet<>();
    for (int i = 0; i < items.size(); i++) {
      Answer answer = answers.get(i);
      if (answer.isDone()) {
        added.add(items.get(i));
      } else if (answer.errno() == Errno.EEXIST) {
        present.add(items.get(i));
      } else {
        String doing = "adding the route to " + items.get(i) + " by " + name;
        routes.put(items.get(i).destination(), refusal(answer, doing));
      }
    }
    if (!present.isEmpty()) {
      refuseThoseOfOthers(present);
    }
    tell("the route to", "routes", added);
  }

  /** Who has a route that cannot be ours is looked up only when that happens. */
  private void refuseThoseOfOthers(Set<Route> present) throws IOException {
    Set<Route> elsewhere = new HashSet<>(present);
    Map<Route, Integer> holders = new HashMap<>();
    RouteTable.each(
        netlink,
        RouteTable.ANY_DEVICE,
        entry -> {
          elsewhere.remove(entry.route());
          Route ours = on(device, entry.route());
          if (present.contains(ours)) {
            holders.put(ours, entry.route().device());
          }
        });
    if (elsewhere.isEmpty()) {
      return;
    }
    Map<Integer, String> names = new HashMap<>();
    TunnelLinks.list(netlink).forEach((other, link) -> names.put(link.index(), other));
    for (Route route : elsewhere) {
      String holder = names.getOrDefault(holders.getOrDefault(route, 0), "another device");
      routes.put(
          route.destination(),
          "the route to "
              + route
              + " cannot lead to "
              + name
              + ": "
              + holder
              + " has one with metric "
              + route.metricText()
              + "; remove it, or give it another metric");
    }
  }

  private static Route on(int device, Route route) {
    return new Route(route.destination(), route.metric(), device);
  }

  void removeRoutes(Collection<Route> surplus) throws IOException {
    remove(surplus, RoutingRequests::remove)
        .forEach((route, reason) -> routes.put(route.destination(), reason));
  }

  void removeAddresses(Collection<InterfaceAddress> surplus) throws IOException {
    addresses.putAll(remove(surplus, address -> RoutingRequests.remove(device, address)));
  }

  private <T> Map<T, String> remove(Collection<T> surplus, Function<T, NetlinkMessage> request)
      throws IOException {
    List<T> items = List.copyOf(surplus);
    List<Answer> answers = netlink.change(items, request);
    Map<T, String> refusals = new HashMap<>();
    for (int i = 0; i < items.size(); i++) {
      Answer answer = answers.get(i);
      boolean absent = answer.errno() == Errno.ESRCH || answer.errno() == Errno.EADDRNOTAVAIL;
      if (!answer.isDone() && !absent) {
        refusals.put(items.get(i), refusal(answer, "removing " + items.get(i) + " from " + name));
      }
    }
    return refusals;
  }

  /** A right that is missing, and a device that has gone, are no matter of one address or route. */
  private static String refusal(Answer answer, String doing) throws IOException {
    IOException failure = answer.failure(doing);
    if (answer.errno() == Errno.EPERM || answer.errno() == Errno.ENODEV) {
      throw failure;
    }
    return String.valueOf(failure.getMessage());
  }

  private void tell(String one, String many, List<?> added) {
    if (added.size() == 1) {
      restored.add(name + " lacked " + one + " " + added.get(0));
    } else if (added.size() > 1) {
      restored.add(name + " lacked " + added.size() + " " + many + ", " + added.get(0) + " first");
    }
  }
}
