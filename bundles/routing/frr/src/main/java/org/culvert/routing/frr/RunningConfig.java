package org.culvert.routing.frr;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * FRR's running configuration, as {@code show running-config} prints it: a line is indented by one
 * space for each block around it.
 */
final class RunningConfig {
  /** Of the default VRF alone. */
  private static final Pattern BGP = Pattern.compile("router bgp ([0-9]{1,10})");

  private static final Pattern NEIGHBOR = Pattern.compile("neighbor (\\S+) .*");
  private static final Pattern DESCRIBED = Pattern.compile("neighbor (\\S+) description (.*)");
  private static final Set<String> ENDS =
      Set.of("", "!", "exit", "end", "exit-address-family", "exit-vrf");

  private final List<ConfigLine> lines;
  private final Set<ConfigLine> known;
  private final OptionalLong bgpAs;
  private final Map<String, String> neighbors = new HashMap<>();

  private RunningConfig(List<ConfigLine> lines) {
    this.lines = List.copyOf(lines);
    this.known = new HashSet<>(lines);
    this.bgpAs =
        lines.stream()
            .filter(line -> line.path().isEmpty())
            .map(line -> BGP.matcher(line.text()))
            .filter(Matcher::matches)
            .mapToLong(matcher -> Long.parseLong(matcher.group(1)))
            .findFirst();
    bgpAs.ifPresent(as -> readNeighbors("router bgp " + as));
  }

  /** Reads what was printed. */
  static RunningConfig parse(String printed) {
    List<ConfigLine> lines = new ArrayList<>();
    Deque<String> path = new ArrayDeque<>();
    Iterable<String> all = printed.lines()::iterator;
    for (String line : all) {
      String text = line.strip();
      if (ENDS.contains(text)) {
        continue;
      }
      int depth = line.length() - line.stripLeading().length();
      while (path.size() > depth) {
        path.removeLast();
      }
      lines.add(new ConfigLine(List.copyOf(path), text));
      path.addLast(text);
    }
    return new RunningConfig(lines);
  }

  /** Returns all lines in FRR's order. */
  List<ConfigLine> lines() {
    return lines;
  }

  /** Tells whether a line is there. */
  boolean has(ConfigLine line) {
    return known.contains(line);
  }

  /** Returns the autonomous system that BGP is configured for, where it is. */
  OptionalLong bgpAs() {
    return bgpAs;
  }

  /** Returns the description of a neighbor of BGP where there is one: empty text for none. */
  Optional<String> neighbor(String address) {
    return Optional.ofNullable(neighbors.get(address));
  }

  private void readNeighbors(String block) {
    for (ConfigLine line : lines) {
      if (line.isIn(block)) {
        Matcher described = DESCRIBED.matcher(line.text());
        Matcher named = NEIGHBOR.matcher(line.text());
        if (described.matches()) {
          neighbors.put(described.group(1), described.group(2));
        } else if (named.matches()) {
          neighbors.putIfAbsent(named.group(1), "");
        }
      }
    }
  }
}
