package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.Ways;
import org.culvert.netdev.linux.RouteTable.Entry;

/**
 * Searches rules of others that decide about packets on ways of ours before the main table does.
 *
 * <ol>
 *   <li>the rules of each family are listed once, for all ways
 *   <li>without rules of others before the main table that is all
 *   <li>a rule that names prefixes concerns those ways that overlap them; one that names none, all
 *   <li>for each of those the rules are gone through as the kernel does, for packets to it and for
 *       packets from it, until one decides
 * </ol>
 *
 * <p>A rule for packets with some mark, protocol, port or user is an operator's policy for those,
 * and so is one for packets between two places; neither is told.
 */
final class RuleSearch {
  /** Addresses that stand for the world, and how long a route to it may be. */
  private static final InetAddress WORLD_6 = IpAddresses.parse("2000::");

  private static final InetAddress WORLD_4 = IpAddresses.parse("1.0.0.0");
  private static final int WORLD = 3;

  /** A table with more routes than this is a whole one of the internet's, and is not kept. */
  private static final int MOST_ROUTES = 50_000;

  private final Netlink netlink;
  private final HostNames names;
  private final Map<Table, Map<IpPrefix, Entry>> tables = new HashMap<>();
  private final Map<IpPrefix, String> whole = new HashMap<>();
  private final Map<IpPrefix, String> parts = new HashMap<>();

  RuleSearch(Netlink netlink, HostNames names) {
    this.netlink = netlink;
    this.names = names;
  }

  /** Which packets of a way a rule is for. */
  private enum Match {
    NONE,
    SOME,
    ALL
  }

  /** What packets are looked at. */
  private enum Kind {
    /** Packets to a destination of ours, from anywhere. */
    TO,
    /** Packets from behind a destination of ours, to the world, which come in by its device. */
    FROM,
    /** Packets from a source of ours, to the world, which should leave by its device. */
    OUT
  }

  /**
   * What a rule does to packets that it is for.
   *
   * @param loss says so if they do not get where they should
   */
  private record Decision(Optional<String> loss) {
    static final Decision FINE = new Decision(Optional.empty());

    static Decision lost(String line) {
      return new Decision(Optional.of(line));
    }
  }

  private record Table(Family family, int number) {}

  private record Way(Kind kind, IpPrefix prefix, String device) {
    String packets() {
      return kind == Kind.TO ? "packets to it" : "packets from it";
    }
  }

  /** Returns what takes all packets of a way, in a line. */
  Map<IpPrefix, String> whole() {
    return whole;
  }

  /** Returns what takes some packets of a way, in a line. */
  Map<IpPrefix, String> parts() {
    return parts;
  }

  /** Looks at all ways. */
  RuleSearch search(Ways ways) throws IOException {
    for (Family family : Family.values()) {
      List<HostRule> rules = foreign(family);
      if (!rules.isEmpty()) {
        for (HostRule rule : rules) {
          keep(rule, family);
        }
        for (Map.Entry<IpPrefix, String> each :
            RuleScope.concerned(ways.destinations(), rules, family)) {
          judge(new Way(Kind.TO, each.getKey(), each.getValue()), rules);
          judge(new Way(Kind.FROM, each.getKey(), each.getValue()), rules);
        }
        for (Map.Entry<IpPrefix, String> each :
            RuleScope.concerned(ways.sources(), rules, family)) {
          judge(new Way(Kind.OUT, each.getKey(), each.getValue()), rules);
        }
      }
    }
    return this;
  }

  /** Returns all rules if one before the main table's is of others; else none. */
  private List<HostRule> foreign(Family family) throws IOException {
    List<HostRule> rules = new ArrayList<>();
    netlink.dump(HostRequests.rules(family), message -> rules.add(HostRule.read(message, family)));
    boolean foreign = false;
    for (HostRule rule : rules) {
      if (rule.isMain() && rule.suppressed() < 0 && rule.isForAll()) {
        break;
      }
      foreign |= !rule.isOurs() && !rule.isLocal();
    }
    return foreign ? rules : List.of();
  }

  /** Reads the table that a rule names; nothing is asked while another list is read. */
  private void keep(HostRule rule, Family family) throws IOException {
    if (!rule.looksUp() || rule.isOurs() || rule.isMain() || rule.isLocal()) {
      return;
    }
    Table table = new Table(family, rule.table());
    if (tables.containsKey(table)) {
      return;
    }
    Map<IpPrefix, Entry> routes = new HashMap<>();
    try {
      RouteTable.eachOf(
          netlink,
          family,
          rule.table(),
          entry -> {
            if (routes.size() < MOST_ROUTES) {
              routes.merge(entry.route().destination(), entry, RuleSearch::better);
            }
          });
    } catch (IOException e) {
      // So the kernel says that a table has no route.
      routes.clear();
    }
    tables.put(table, routes.size() < MOST_ROUTES ? routes : Map.of());
  }

  private static Entry better(Entry one, Entry other) {
    return Integer.compareUnsigned(other.route().metric(), one.route().metric()) < 0 ? other : one;
  }

  /** Goes through the rules until one decides. */
  private void judge(Way way, List<HostRule> rules) throws IOException {
    long next = 0;
    for (HostRule rule : rules) {
      Match match = rule.priority() < next ? Match.NONE : match(rule, way);
      if (match == Match.NONE) {
        continue;
      }
      if (rule.jumps()) {
        next = match == Match.ALL ? rule.target() : next;
        continue;
      }
      Optional<Decision> decision = decision(rule, way);
      if (decision.isEmpty()) {
        continue;
      }
      Optional<String> loss = decision.get().loss();
      if (match == Match.ALL) {
        loss.ifPresent(line -> whole.putIfAbsent(way.prefix(), line));
        return;
      }
      loss.ifPresent(line -> parts.putIfAbsent(way.prefix(), line));
    }
  }

  /** Returns what a rule decides about packets that it is for; empty if it leaves it to others. */
  private Optional<Decision> decision(HostRule rule, Way way) throws IOException {
    if (rule.rejects()) {
      return Optional.of(
          Decision.lost("a rule of this host ends " + way.packets() + ": " + told(rule, "")));
    }
    if (!rule.looksUp() || rule.isLocal()) {
      return Optional.empty();
    }
    if (rule.isMain()) {
      int length = way.kind() == Kind.TO ? way.prefix().length() : 0;
      return length <= rule.suppressed() ? Optional.empty() : Optional.of(Decision.FINE);
    }
    if (rule.isOurs()) {
      return Optional.of(Decision.FINE);
    }
    Optional<Entry> route = route(rule, way);
    if (route.isEmpty()) {
      return Optional.empty();
    }
    Optional<String> device = names.of(route.get().route().device());
    boolean fine =
        !route.get().rejects()
            && (way.kind() == Kind.FROM
                || route.get().isOurs()
                || device.equals(Optional.of(way.device())));
    if (fine) {
      return Optional.of(Decision.FINE);
    }
    String there =
        ", where there is "
            + route.get().kind()
            + " to "
            + route.get().route()
            + (route.get().rejects() ? "" : device.map(name -> " by " + name).orElse(""));
    return Optional.of(
        Decision.lost(
            "a rule of this host leads "
                + way.packets()
                + " away from "
                + way.device()
                + ": "
                + told(rule, there)));
  }

  private static String told(HostRule rule, String there) {
    return rule.priority() + ": " + rule.text() + there + "; type: " + rule.removal();
  }

  /** Returns the route that a table has for packets of a way. */
  private Optional<Entry> route(HostRule rule, Way way) {
    Family family = Family.of(way.prefix().network());
    Map<IpPrefix, Entry> routes = tables.getOrDefault(new Table(family, rule.table()), Map.of());
    InetAddress address =
        way.kind() == Kind.TO ? way.prefix().network() : family == Family.IPV6 ? WORLD_6 : WORLD_4;
    int longest = way.kind() == Kind.TO ? way.prefix().length() : WORLD;
    for (int length = longest; length > rule.suppressed() && length >= 0; length--) {
      Entry entry = routes.isEmpty() ? null : routes.get(IpPrefix.containing(address, length));
      if (entry != null) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }

  private static Match match(HostRule rule, Way way) {
    IpPrefix own = way.kind() == Kind.TO ? rule.to() : rule.from();
    IpPrefix other = way.kind() == Kind.TO ? rule.from() : rule.to();
    if (rule.special()) {
      return Match.NONE;
    }
    if (rule.inverted()) {
      boolean named = own.length() > 0 && own.overlaps(way.prefix());
      return named ? Match.NONE : rule.in().isPresent() ? Match.SOME : Match.ALL;
    }
    if (!other.isWorld()) {
      return Match.NONE;
    }
    Match match =
        own.contains(way.prefix())
            ? Match.ALL
            : way.prefix().contains(own) ? Match.SOME : Match.NONE;
    if (rule.in().isEmpty() || match == Match.NONE) {
      return match;
    }
    String in = rule.in().get();
    if (way.kind() == Kind.FROM) {
      return in.equals(way.device()) ? match : Match.NONE;
    }
    if (way.kind() == Kind.OUT && in.equals("lo")) {
      return way.prefix().equals(IpPrefix.host(way.prefix().network())) ? match : Match.SOME;
    }
    // What is closed to an interface as a whole is closed by intent.
    return rule.rejects() && !own.isWorld() ? Match.SOME : Match.NONE;
  }
}
