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
import org.culvert.netdev.linux.RuleWay.Kind;
import org.culvert.netdev.linux.RuleWay.Match;

/**
 * Searches rules of others that decide about packets on ways of ours before the main table does.
 *
 * <ol>
 *   <li>the rules of each family are listed once, for all ways
 *   <li>without rules of others before the main table that is all
 *   <li>a rule that names prefixes concerns those ways that overlap them; one that names none, all
 *   <li>for each of those the rules are gone through as the kernel does, for packets to it and for
 *       packets from it, until one decides; at a server also for packets from the world, where a
 *       rule rejects what comes in by the interface of the default route
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
        Optional<String> uplink = closable(ways, rules, family);
        for (Map.Entry<IpPrefix, String> each :
            RuleScope.concerned(ways.destinations(), rules, family)) {
          judge(new RuleWay(Kind.TO, each.getKey(), each.getValue()), rules);
          judge(new RuleWay(Kind.FROM, each.getKey(), each.getValue()), rules);
          if (uplink.isPresent()) {
            judge(new RuleWay(Kind.IN, each.getKey(), each.getValue(), uplink.get()), rules);
          }
        }
        for (Map.Entry<IpPrefix, String> each :
            RuleScope.concerned(ways.sources(), rules, family)) {
          judge(new RuleWay(Kind.OUT, each.getKey(), each.getValue()), rules);
          judge(new RuleWay(Kind.HOME, each.getKey(), each.getValue()), rules);
        }
      }
    }
    return this;
  }

  /**
   * Returns the interface of a server's default route if a rule rejects what comes in by it, and
   * that interface is none of ours. At a client the world is behind the tunnel.
   */
  private Optional<String> closable(Ways ways, List<HostRule> rules, Family family)
      throws IOException {
    boolean client =
        ways.destinations().keySet().stream()
            .anyMatch(to -> to.length() == 0 && Family.of(to.network()) == family);
    if (client || rules.stream().noneMatch(rule -> rule.in().isPresent() && rule.rejects())) {
      return Optional.empty();
    }
    Optional<Entry> route = RouteTable.best(netlink, family == Family.IPV6 ? WORLD_6 : WORLD_4);
    return route.isEmpty()
        ? Optional.empty()
        : names
            .of(route.get().route().device())
            .filter(name -> !ways.destinations().containsValue(name));
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
  private void judge(RuleWay way, List<HostRule> rules) throws IOException {
    long next = 0;
    for (HostRule rule : rules) {
      Match match = rule.priority() < next ? Match.NONE : way.match(rule);
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
      if (way.kind() == Kind.IN) {
        // What does not depend on the interface is found without it.
        if (rule.rejects() && rule.in().isPresent()) {
          loss.ifPresent(line -> parts.putIfAbsent(way.prefix(), line));
        }
        if (match == Match.ALL) {
          return;
        }
      } else if (match == Match.ALL) {
        loss.ifPresent(line -> whole.putIfAbsent(way.prefix(), line));
        return;
      } else {
        loss.ifPresent(line -> parts.putIfAbsent(way.prefix(), line));
      }
    }
  }

  /** Returns what a rule decides about packets that it is for; empty if it leaves it to others. */
  private Optional<Decision> decision(HostRule rule, RuleWay way) throws IOException {
    if (rule.rejects()) {
      return Optional.of(
          Decision.lost("a rule of this host ends " + way.packets() + ": " + told(rule, "")));
    }
    if (rule.isLocal() && way.kind() == Kind.HOME && way.isHost()) {
      // It is an address of this host's own.
      return Optional.of(Decision.FINE);
    }
    if (!rule.looksUp() || rule.isLocal()) {
      return Optional.empty();
    }
    if (rule.isMain()) {
      int length = way.kind().isInward() ? way.prefix().length() : 0;
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
                || way.kind() == Kind.HOME
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
  private Optional<Entry> route(HostRule rule, RuleWay way) {
    Family family = Family.of(way.prefix().network());
    Map<IpPrefix, Entry> routes = tables.getOrDefault(new Table(family, rule.table()), Map.of());
    InetAddress address =
        way.kind().isInward() ? way.prefix().network() : family == Family.IPV6 ? WORLD_6 : WORLD_4;
    int longest = way.kind().isInward() ? way.prefix().length() : WORLD;
    for (int length = longest; length > rule.suppressed() && length >= 0; length--) {
      Entry entry = routes.isEmpty() ? null : routes.get(IpPrefix.containing(address, length));
      if (entry != null) {
        return Optional.of(entry);
      }
    }
    return Optional.empty();
  }
}
