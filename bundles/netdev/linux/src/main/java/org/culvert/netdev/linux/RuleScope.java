package org.culvert.netdev.linux;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.IpPrefix;

/** Chooses the ways that rules of others may concern, for there may be very many ways. */
final class RuleScope {
  private RuleScope() {}

  /** Returns the ways that rules of others may concern. */
  static List<Map.Entry<IpPrefix, String>> concerned(
      Map<IpPrefix, String> all, List<HostRule> rules, Family family) {
    List<HostRule> others = rules.stream().filter(r -> !r.isOurs() && !r.isMain()).toList();
    boolean any =
        others.stream().anyMatch(rule -> !rule.isLocal() && (rule.isForAll() || rule.inverted()));
    Set<IpPrefix> named = new HashSet<>();
    Set<Integer> lengths = new HashSet<>();
    for (HostRule rule : others) {
      for (IpPrefix prefix : List.of(rule.from(), rule.to())) {
        named.add(prefix);
        lengths.add(prefix.length());
      }
    }
    // A rule's prefix may lie inside ours as well.
    Set<IpPrefix> around = new HashSet<>();
    Set<Integer> ours = new HashSet<>();
    all.keySet().forEach(prefix -> ours.add(prefix.length()));
    for (IpPrefix prefix : named) {
      ours.stream()
          .filter(length -> length <= prefix.length())
          .forEach(length -> around.add(IpPrefix.containing(prefix.network(), length)));
    }
    return all.entrySet().stream()
        .filter(way -> way.getKey().length() > 0)
        .filter(way -> Family.of(way.getKey().network()) == family)
        .filter(way -> any || around.contains(way.getKey()) || isIn(way.getKey(), named, lengths))
        .toList();
  }

  private static boolean isIn(IpPrefix prefix, Set<IpPrefix> some, Set<Integer> lengths) {
    return lengths.stream()
        .filter(length -> length > 0 && length <= prefix.length())
        .anyMatch(length -> some.contains(IpPrefix.containing(prefix.network(), length)));
  }
}
