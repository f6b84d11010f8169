package org.culvert.routing.frr;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;

/** Writes FRR's lists of prefixes. What a list does not permit is denied. */
final class Filters {
  private static final int STEP = 5;
  private static final int ADDRESS_BITS = 128;

  private final String name;
  private final List<ConfigLine> lines = new ArrayList<>();

  private Filters(String name) {
    this.name = name;
  }

  /** Writes a list that permits some routes. */
  static List<ConfigLine> permitting(String name, Routes routes) {
    return new Filters(name).permit(routes).lines();
  }

  /** Writes a list that permits some routes, but nothing of a prefix. */
  static List<ConfigLine> permitting(String name, Routes routes, Optional<IpPrefix> without) {
    Filters filters = new Filters(name);
    without.ifPresent(prefix -> filters.add("deny " + prefix + upTo(prefix, ADDRESS_BITS)));
    return filters.permit(routes).lines();
  }

  /** Writes a list that permits a prefix and what is in it, up to a length; or nothing. */
  static List<ConfigLine> permitting(String name, Optional<IpPrefix> prefix, int longest) {
    Filters filters = new Filters(name);
    prefix.ifPresent(own -> filters.add("permit " + own + upTo(own, longest)));
    return filters.lines();
  }

  private Filters permit(Routes routes) {
    if (routes instanceof Routes.Listed listed) {
      listed.prefixes().forEach(prefix -> add("permit " + prefix));
    } else {
      add("permit any");
    }
    return this;
  }

  private void add(String rule) {
    lines.add(
        ConfigLine.top(
            "ipv6 prefix-list " + name + " seq " + STEP * (lines.size() + 1) + " " + rule));
  }

  /** An empty list would not exist, and what names a list that does not exist may permit all. */
  private List<ConfigLine> lines() {
    if (lines.isEmpty()) {
      add("deny any");
    }
    return List.copyOf(lines);
  }

  private static String upTo(IpPrefix prefix, int longest) {
    return prefix.length() < longest ? " le " + longest : "";
  }
}
