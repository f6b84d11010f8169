package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.netdev.linux.RouteTable.Entry;

/**
 * Searches routes of others that packets to destinations of ours take, and never get to the device
 * that they should.
 *
 * <ol>
 *   <li>a few destinations are asked for one by one, for the table may hold a million routes of
 *       others
 *   <li>where the kernel's answer leaves it open, as with a blackhole, and where there are many, or
 *       parts are searched, the table is read; nothing of it is kept but what is better than a
 *       route of ours
 *   <li>of two that look equally good the kernel says which it takes
 * </ol>
 *
 * <p>Routes to the very same destination count, as does an address of this host that is the
 * destination. In the table of the host's own addresses, which is looked into before all others,
 * wider routes count as well. Whoever has a default route says by its metric which other default
 * route is better; but one by which packets to all the world end is nobody's way.
 */
final class ShadowSearch {
  /** So many answers of the kernel take about as long as a table of a few thousand routes. */
  private static final int FEW = 256;

  /** Addresses that may stand for all the world; those of IPv4 for a half of it each. */
  private static final List<InetAddress> WORLD =
      List.of(
          IpAddresses.parse("2000::"),
          IpAddresses.parse("1.0.0.0"),
          IpAddresses.parse("129.0.0.0"));

  private final Netlink netlink;

  /** The device that each destination leads into. */
  private final Map<IpPrefix, String> holders;

  /** The same of default routes. */
  private final Map<IpPrefix, String> defaults;

  private final Map<IpPrefix, Entry> rivals = new HashMap<>();

  ShadowSearch(Netlink netlink, Map<IpPrefix, String> destinations) {
    this.netlink = netlink;
    this.holders = new HashMap<>(destinations);
    this.defaults = new HashMap<>(destinations);
    holders.keySet().removeIf(destination -> destination.length() == 0);
    defaults.keySet().removeIf(destination -> destination.length() > 0);
  }

  /** Tells whether packets may take a route rather than one of ours to the same destination. */
  private static boolean mayWin(Entry entry) {
    return entry.goesFirst()
        || (entry.isOfMainTable()
            && !entry.isOurs()
            && entry.route().destination().length() > 0
            && Integer.compareUnsigned(entry.route().metric(), Route.METRIC) <= 0);
  }

  /**
   * Returns what packets take instead and what to type, by destination, in a line.
   *
   * @param parts is given the whole table, unless it is empty
   */
  Map<IpPrefix, String> shadowed(HostNames names, Optional<PartSearch> parts) throws IOException {
    Set<IpPrefix> open =
        holders.size() <= FEW && parts.isEmpty() ? ask() : new HashSet<>(holders.keySet());
    for (IpPrefix all : defaults.keySet()) {
      if (isCutOff(all)) {
        open.add(all);
      }
    }
    if (!open.isEmpty() || parts.isPresent()) {
      read(open, parts);
    }
    return rivals.isEmpty() ? Map.of() : told(names);
  }

  /** Asks for each destination; returns those that the kernel leaves open. */
  private Set<IpPrefix> ask() throws IOException {
    Set<IpPrefix> open = new HashSet<>();
    for (IpPrefix destination : holders.keySet()) {
      Optional<Entry> best = best(destination);
      if (best.isEmpty()) {
        open.add(destination);
      } else if (mayWin(best.get())) {
        rivals.put(destination, best.get());
      }
    }
    return open;
  }

  /** Empty if packets to the first address take a route to another destination, or none. */
  private Optional<Entry> best(IpPrefix destination) throws IOException {
    return RouteTable.best(netlink, destination.network())
        .filter(
            entry ->
                entry.route().destination().equals(destination) || isAround(entry, destination));
  }

  /** Tells whether a route of the table of the host's own addresses takes a whole destination. */
  private static boolean isAround(Entry entry, IpPrefix destination) {
    return entry.goesFirst() && entry.route().destination().contains(destination);
  }

  /** Tells whether packets to the world, or to a half of it, come to nothing. */
  private boolean isCutOff(IpPrefix all) throws IOException {
    for (InetAddress somewhere : WORLD) {
      if (all.contains(somewhere) && RouteTable.best(netlink, somewhere).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  private void read(Set<IpPrefix> open, Optional<PartSearch> parts) throws IOException {
    Map<IpPrefix, Entry> found = new HashMap<>();
    Map<IpPrefix, Entry> worlds = new HashMap<>();
    List<Entry> wide = new ArrayList<>();
    RouteTable.each(
        netlink,
        RouteTable.ANY_DEVICE,
        entry -> {
          IpPrefix destination = entry.route().destination();
          if (mayWin(entry) && open.contains(destination)) {
            found.merge(destination, entry, ShadowSearch::better);
          }
          if (entry.goesFirst() && !destination.equals(IpPrefix.host(destination.network()))) {
            wide.add(entry);
          }
          if (entry.isOfMainTable() && destination.isWorld()) {
            worlds.merge(destination, entry, ShadowSearch::better);
          }
          parts.ifPresent(search -> search.note(entry));
        });
    for (Map.Entry<IpPrefix, Entry> candidate : found.entrySet()) {
      Entry entry = candidate.getValue();
      boolean better = entry.goesFirst() || entry.route().metric() != Route.METRIC;
      if (better || best(candidate.getKey()).filter(ShadowSearch::mayWin).isPresent()) {
        rivals.put(candidate.getKey(), entry);
      }
    }
    for (Entry entry : wide) {
      takeAll(entry, open);
    }
    for (Entry entry : worlds.values()) {
      IpPrefix all = IpPrefix.containing(entry.route().destination().network(), 0);
      if (entry.rejects() && !entry.isOurs() && !entry.isOfKernel() && open.contains(all)) {
        rivals.merge(all, entry, ShadowSearch::better);
      }
    }
  }

  /** There may be very many destinations: the kernel is asked for the first one. */
  private void takeAll(Entry entry, Set<IpPrefix> open) throws IOException {
    List<IpPrefix> taken =
        open.stream().filter(holders::containsKey).filter(own -> isAround(entry, own)).toList();
    if (taken.isEmpty()) {
      return;
    }
    Optional<Entry> best = best(taken.get(0));
    if (entry.rejects() ? best.isEmpty() : best.filter(Entry::goesFirst).isPresent()) {
      taken.forEach(destination -> rivals.putIfAbsent(destination, entry));
    }
  }

  private static Entry better(Entry one, Entry other) {
    if (one.goesFirst() || other.goesFirst()) {
      return one.goesFirst() ? one : other;
    }
    return Integer.compareUnsigned(other.route().metric(), one.route().metric()) < 0 ? other : one;
  }

  private Map<IpPrefix, String> told(HostNames names) throws IOException {
    Map<IpPrefix, String> told = new HashMap<>();
    for (Map.Entry<IpPrefix, Entry> found : rivals.entrySet()) {
      IpPrefix destination = found.getKey();
      Entry rival = found.getValue();
      String device = holders.getOrDefault(destination, defaults.getOrDefault(destination, ""));
      Optional<String> other = names.of(rival.route().device());
      if (rival.takesIn()) {
        names
            .address(rival)
            .ifPresent(
                has ->
                    told.put(
                        destination,
                        "packets to "
                            + HostNames.text(rival.route().destination())
                            + " end at this host and not in "
                            + device
                            + ": "
                            + has));
      } else if (rival.goesFirst()) {
        told.put(destination, endedFirst(device, rival));
      } else if (!other.equals(Optional.of(device))) {
        // An operator may give a route of ours another metric.
        told.put(
            destination,
            destination.length() == 0
                ? cutOff(device, rival)
                : "the route to "
                    + destination
                    + " by "
                    + device
                    + " is shadowed: "
                    + shadow(rival, other));
      }
    }
    return told;
  }

  private static String endedFirst(String device, Entry rival) {
    return "packets to "
        + HostNames.text(rival.route().destination())
        + " come to nothing and not to "
        + device
        + ": the table local has "
        + rival.kind()
        + " to it; type: "
        + HostNames.removal(rival, Optional.empty())
        + " table local";
  }

  private static String cutOff(String device, Entry rival) {
    return "packets to the world come to nothing and not to "
        + device
        + ": there is "
        + rival.kind()
        + " to "
        + rival.route()
        + " with metric "
        + rival.route().metricText()
        + ", protocol "
        + rival.protocol()
        + "; type: "
        + HostNames.removal(rival, Optional.empty());
  }

  private static String shadow(Entry rival, Optional<String> other) {
    // The kernel says that IPv6 packets which come to nothing go to the loopback device.
    Optional<String> by = rival.isUnicast() ? other : Optional.empty();
    return by.map(name -> name + " has one").orElse("there is " + rival.kind())
        + " with metric "
        + rival.route().metricText()
        + ", protocol "
        + rival.protocol()
        + "; give it a metric above "
        + Route.METRIC
        + ", or remove it: "
        + HostNames.removal(rival, by);
  }
}
