package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.SourceRoute;
import org.culvert.netdev.linux.Netlink.Answer;

/**
 * Sends packets that come from a tunnel's addresses into the tunnel.
 *
 * <p>Two rules for each source: the first lets the main table decide, but for its default routes,
 * so that the networks that this host is connected to are still reached; the second looks into a
 * table of ours, which holds a default route into the tunnel and behind it one that leads nowhere,
 * so that such packets never leave by another interface while the tunnel's device is gone.
 */
final class SourceRules {
  private static final int DEAD_END = 0xFFFF_FFFE;

  /** {@code struct fib_rule_hdr}: family, lengths of destination and source, ..., flags. */
  private static final int HEADER = 12;

  private static final int SOURCE_LENGTH = 2;

  private SourceRules() {}

  /** Adds what is not there. To ask costs nothing where it is. */
  static void add(Netlink netlink, Set<SourceRoute> wanted, Findings findings) throws IOException {
    List<NetlinkMessage> requests = new ArrayList<>();
    List<String> tasks = new ArrayList<>();
    for (HostRoute route : routes(wanted)) {
      requests.add(HostRequests.add(route));
      tasks.add("adding a default route to table " + route.table());
    }
    for (SourceRule rule : rules(wanted)) {
      requests.add(HostRequests.add(rule));
      tasks.add("adding the rule for packets from " + rule.source());
    }
    List<Answer> answers = netlink.change(requests);
    for (int i = 0; i < answers.size(); i++) {
      if (!answers.get(i).isDone() && answers.get(i).errno() != Errno.EEXIST) {
        findings.missing(
            answers.get(i).failure(tasks.get(i)).getMessage()
                + "; packets from the tunnel's addresses may leave by another interface");
      }
    }
    for (SourceRoute route : wanted) {
      if (Libc.if_nametoindex(route.device()) == 0) {
        findings.missing(
            "packets from " + route.source() + " go nowhere: there is no device " + route.device());
      }
    }
  }

  /**
   * Removes our rules that are not wanted, and then what is not wanted in our tables; not those of
   * another process that lives.
   */
  static void removeOthers(
      Netlink netlink, OwnTables own, Set<SourceRoute> wanted, List<HostRoutes.Entry> present)
      throws IOException {
    Set<SourceRule> keep = rules(wanted);
    Set<HostRoute> routes = routes(wanted);
    Set<Integer> tables = new HashSet<>();
    wanted.forEach(route -> tables.add(route.table()));
    Set<SourceRule> ours = ours(netlink);
    for (SourceRule rule : ours) {
      if (!rule.withoutDefaultRoutes() && own.isOthers(rule.table())) {
        keep.add(rule);
        keep.add(before(rule));
      }
    }
    List<NetlinkMessage> requests = new ArrayList<>();
    for (SourceRule rule : ours) {
      if (!keep.contains(rule)) {
        requests.add(HostRequests.remove(rule));
        tables.add(rule.table());
      }
    }
    tables.remove(HostRequests.RT_TABLE_MAIN);
    for (HostRoutes.Entry entry : present) {
      if (entry.isOurs()
          && tables.contains(entry.route().table())
          && !routes.contains(entry.route())) {
        requests.add(HostRequests.remove(entry.route()));
      }
    }
    netlink.change(requests);
  }

  /** Lists our rules, of both families. */
  private static Set<SourceRule> ours(Netlink netlink) throws IOException {
    Set<SourceRule> ours = new HashSet<>();
    for (Family family : Family.values()) {
      netlink.dump(
          HostRequests.rules(family),
          message -> {
            Attributes attributes = Attributes.after(message, HEADER);
            ByteBuffer source = attributes.value(HostRequests.FRA_SRC);
            int length = message.get(message.position() + SOURCE_LENGTH) & 0xFF;
            if (attributes.octet(HostRequests.FRA_PROTOCOL) == RoutingRequests.PROTOCOL
                && source.hasRemaining()) {
              byte[] network = new byte[source.remaining()];
              source.get(source.position(), network);
              SourceRule without =
                  new SourceRule(
                      IpPrefix.containing(IpAddresses.of(network), length),
                      attributes.number(HostRequests.FRA_PRIORITY),
                      attributes.number(HostRequests.FRA_TABLE),
                      true);
              ours.add(
                  attributes.number(HostRequests.FRA_SUPPRESS_PREFIXLEN) == without.suppressed()
                      ? without
                      : new SourceRule(
                          without.source(), without.priority(), without.table(), false));
            }
          });
    }
    return ours;
  }

  private static Set<SourceRule> rules(Set<SourceRoute> wanted) {
    Set<SourceRule> rules = new LinkedHashSet<>();
    for (SourceRoute route : wanted) {
      SourceRule rule = new SourceRule(route.source(), route.priority() + 1, route.table(), false);
      rules.add(before(rule));
      rules.add(rule);
    }
    return rules;
  }

  /** Returns the first rule of the two, by the second. */
  private static SourceRule before(SourceRule rule) {
    return new SourceRule(rule.source(), rule.priority() - 1, HostRequests.RT_TABLE_MAIN, true);
  }

  /** The metric is the device's index, for no two devices could have the same. */
  private static Set<HostRoute> routes(Set<SourceRoute> wanted) {
    Set<HostRoute> routes = new LinkedHashSet<>();
    for (SourceRoute route : wanted) {
      IpPrefix all = IpPrefix.containing(anything(route.source()), 0);
      int device = Libc.if_nametoindex(route.device());
      if (device != 0) {
        routes.add(new HostRoute(all, route.table(), device, device));
      }
      routes.add(new HostRoute(all, route.table(), DEAD_END, 0));
    }
    return routes;
  }

  private static InetAddress anything(IpPrefix source) {
    return IpAddresses.of(new byte[source.network().getAddress().length]);
  }
}
