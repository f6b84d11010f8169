package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.net.IpPrefix;
import org.culvert.netdev.linux.RouteTable.Entry;

/**
 * Searches routes of others to parts of destinations of ours that lead elsewhere, in a table that
 * somebody else reads. An operator may mean them; nothing is kept of the rest of the table.
 */
final class PartSearch {
  private final Map<IpPrefix, String> holders;
  private final Map<Integer, String> names;
  private final Set<Integer> lengths = new HashSet<>();

  /** The largest part of each destination, and how many there are. */
  private final Map<IpPrefix, Found> found = new HashMap<>();

  private record Found(Entry entry, int count) {
    Found and(Found other) {
      int by = entry.route().destination().length() - other.entry.route().destination().length();
      boolean larger = by > 0 || (by == 0 && other.entry.takesIn());
      return new Found(larger ? other.entry : entry, count + other.count);
    }
  }

  private PartSearch(Map<IpPrefix, String> holders, Map<Integer, String> names) {
    this.holders = holders;
    this.names = names;
    holders.keySet().forEach(destination -> lengths.add(destination.length()));
  }

  /** Begins a search; empty if no destination has parts. */
  static Optional<PartSearch> in(Map<IpPrefix, String> destinations, HostNames names)
      throws IOException {
    Map<IpPrefix, String> wide =
        destinations.entrySet().stream()
            .filter(entry -> hasParts(entry.getKey()))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    return wide.isEmpty() ? Optional.empty() : Optional.of(new PartSearch(wide, names.devices()));
  }

  /** Of a default route everything is a part, and that is how it is meant. */
  private static boolean hasParts(IpPrefix destination) {
    return destination.length() > 0
        && destination.length() < destination.network().getAddress().length * Byte.SIZE;
  }

  /** Takes note of a route of the table. */
  void note(Entry entry) {
    boolean takes = entry.isOfMainTable() && (entry.isUnicast() || entry.rejects());
    if ((takes || entry.takesIn()) && !entry.isOurs()) {
      around(entry.route().destination())
          .filter(ours -> entry.rejects() || !holder(ours).equals(by(entry)))
          .ifPresent(ours -> found.merge(ours, new Found(entry, 1), Found::and));
    }
  }

  private Optional<IpPrefix> around(IpPrefix part) {
    for (int length : lengths) {
      if (length < part.length()) {
        IpPrefix destination = IpPrefix.containing(part.network(), length);
        if (holders.containsKey(destination)) {
          return Optional.of(destination);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<String> holder(IpPrefix destination) {
    return Optional.ofNullable(holders.get(destination));
  }

  /** A route that leads into several devices leads into none by this. */
  private Optional<String> by(Entry entry) {
    return Optional.ofNullable(names.get(entry.route().device()));
  }

  /** Returns what takes a part and what to type, by destination, in a line. */
  Map<IpPrefix, String> told(HostNames host) throws IOException {
    Map<IpPrefix, String> told = new HashMap<>();
    for (Map.Entry<IpPrefix, Found> each : found.entrySet()) {
      IpPrefix destination = each.getKey();
      Entry entry = each.getValue().entry();
      Optional<String> by = entry.rejects() ? Optional.empty() : by(entry);
      Optional<String> has = entry.takesIn() ? host.address(entry) : Optional.of("");
      if (has.isEmpty()) {
        continue;
      }
      int more = each.getValue().count() - 1;
      StringBuilder line =
          new StringBuilder("packets to ")
              .append(entry.route())
              .append(", a part of ")
              .append(destination)
              .append(", do not get to ")
              .append(holder(destination).orElse(""))
              .append(": ");
      if (entry.takesIn()) {
        line.append(has.get());
      } else {
        line.append(by.map(name -> name + " has a route").orElse("there is " + entry.kind()))
            .append(", metric ")
            .append(entry.route().metricText())
            .append(", protocol ")
            .append(entry.protocol())
            .append(more > 0 ? ", and " + more + " more like it" : "")
            .append(", which may be meant; type: ")
            .append(HostNames.removal(entry, by));
      }
      told.put(destination, line.toString());
    }
    return told;
  }
}
