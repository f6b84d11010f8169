package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.culvert.netdev.linux.RouteTable.Entry;

/**
 * Searches routes of others that packets to destinations of ours take, and never get to the device
 * that they should.
 *
 * <ol>
 *   <li>a few destinations are asked for one by one, for the table may hold a million routes of
 *       others
 *   <li>where the kernel's answer leaves it open, as with a blackhole, and where there are many,
 *       the table is read; nothing of it is kept but what is better than a route of ours
 *   <li>of two that look equally good the kernel says which it takes
 * </ol>
 *
 * <p>Only routes to the very same destination count: one to a part of it may be an operator's wish.
 * Whoever has a default route says by its metric which other default route is better.
 */
final class ShadowSearch {
  /** So many answers of the kernel take about as long as a table of a few thousand routes. */
  private static final int FEW = 256;

  private final Netlink netlink;

  /** The device that each destination leads into. */
  private final Map<IpPrefix, String> holders;

  private final Map<IpPrefix, Entry> rivals = new HashMap<>();

  ShadowSearch(Netlink netlink, Map<IpPrefix, String> destinations) {
    this.netlink = netlink;
    this.holders = new HashMap<>(destinations);
    holders.keySet().removeIf(destination -> destination.length() == 0);
  }

  /** Tells whether packets may take a route rather than one of ours to the same destination. */
  static boolean mayWin(Entry entry) {
    return entry.isOfMainTable()
        && !entry.isOurs()
        && entry.route().destination().length() > 0
        && Integer.compareUnsigned(entry.route().metric(), Route.METRIC) <= 0;
  }

  /** Returns who has the better route and what to type, by destination, in a line. */
  Map<IpPrefix, String> shadowed() throws IOException {
    Set<IpPrefix> open = holders.size() <= FEW ? ask() : holders.keySet();
    if (!open.isEmpty()) {
      read(open);
    }
    return rivals.isEmpty() ? Map.of() : told();
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
        .filter(entry -> entry.route().destination().equals(destination));
  }

  private void read(Set<IpPrefix> open) throws IOException {
    Map<IpPrefix, Entry> found = new HashMap<>();
    RouteTable.each(
        netlink,
        RouteTable.ANY_DEVICE,
        entry -> {
          if (mayWin(entry) && open.contains(entry.route().destination())) {
            found.merge(entry.route().destination(), entry, ShadowSearch::better);
          }
        });
    for (Map.Entry<IpPrefix, Entry> candidate : found.entrySet()) {
      Entry entry = candidate.getValue();
      boolean better = entry.route().metric() != Route.METRIC;
      if (better || best(candidate.getKey()).filter(ShadowSearch::mayWin).isPresent()) {
        rivals.put(candidate.getKey(), entry);
      }
    }
  }

  private static Entry better(Entry one, Entry other) {
    return Integer.compareUnsigned(other.route().metric(), one.route().metric()) < 0 ? other : one;
  }

  private Map<IpPrefix, String> told() throws IOException {
    Map<Integer, String> names = new HashMap<>();
    TunnelLinks.list(netlink).forEach((name, link) -> names.put(link.index(), name));
    Map<IpPrefix, String> told = new HashMap<>();
    rivals.forEach(
        (destination, rival) -> {
          String device = holders.getOrDefault(destination, "");
          Optional<String> other = Optional.ofNullable(names.get(rival.route().device()));
          // An operator may give a route of ours another metric.
          if (!other.equals(Optional.of(device))) {
            told.put(destination, told(device, rival, other));
          }
        });
    return told;
  }

  private static String told(String device, Entry rival, Optional<String> other) {
    String destination = rival.route().destination().toString();
    String metric = rival.route().metricText();
    // The kernel says that IPv6 packets which come to nothing go to the loopback device.
    Optional<String> by = rival.isUnicast() ? other : Optional.empty();
    StringBuilder line =
        new StringBuilder("the route to ")
            .append(destination)
            .append(" by ")
            .append(device)
            .append(" is shadowed: ")
            .append(by.map(name -> name + " has one").orElse("there is " + rival.kind()))
            .append(" with metric ")
            .append(metric)
            .append(", protocol ")
            .append(rival.protocol())
            .append("; give it a metric above ")
            .append(Route.METRIC)
            .append(", or remove it: ip ")
            .append(Family.of(rival.route().destination().network()) == Family.IPV6 ? "-6 " : "")
            .append("route del ")
            .append(destination);
    by.ifPresent(name -> line.append(" dev ").append(name));
    return line.append(" metric ").append(metric).toString();
  }
}
