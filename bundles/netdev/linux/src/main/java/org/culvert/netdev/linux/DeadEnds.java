package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.netdev.linux.Netlink.Answer;

/**
 * Unreachable routes to prefixes of ours, behind every other route: where nobody has a part of a
 * prefix, a packet to it ends here and does not go back to where it came from (RFC 7084 section
 * 4.2, WPD-5).
 */
final class DeadEnds {
  /**
   * Behind all metrics that mean something to anybody; each side's routes have one of their own.
   */
  private static final int SERVER_METRIC = 0xFFFF_FFFE;

  private static final int CLIENT_METRIC = 0xFFFF_FFFD;

  private DeadEnds() {}

  static int metric(Side side) {
    return side == Side.SERVER ? SERVER_METRIC : CLIENT_METRIC;
  }

  /** Adds what is not there. To ask costs nothing where it is. */
  static void add(Netlink netlink, Side side, Set<IpPrefix> wanted, Findings findings)
      throws IOException {
    List<IpPrefix> prefixes = List.copyOf(wanted);
    List<Answer> answers =
        netlink.change(
            prefixes.stream().map(prefix -> HostRequests.add(route(side, prefix))).toList());
    for (int i = 0; i < prefixes.size(); i++) {
      Answer answer = answers.get(i);
      String command =
          "ip route add unreachable "
              + prefixes.get(i)
              + " metric "
              + Integer.toUnsignedString(metric(side));
      if (answer.isDone()) {
        findings.changed("packets to unused parts of " + prefixes.get(i) + " end here: " + command);
      } else if (answer.errno() != Errno.EEXIST) {
        findings.missing(
            answer.failure("adding the unreachable route to " + prefixes.get(i)).getMessage()
                + "; packets to its unused parts may go in circles; type: "
                + command);
      }
    }
  }

  /** Returns what a process shows while it has these. */
  static Set<String> names(Side side, Set<IpPrefix> prefixes) {
    return prefixes.stream().map(prefix -> name(side, prefix)).collect(Collectors.toSet());
  }

  private static String name(Side side, IpPrefix prefix) {
    return "end of " + prefix + " as " + side.name().toLowerCase(Locale.ROOT);
  }

  /**
   * Removes those of this side that are not wanted, whoever of us added them, but for another
   * process that lives.
   *
   * @return the prefixes of those others
   */
  static Set<IpPrefix> removeOthers(
      Netlink netlink, Side side, Claims own, Set<IpPrefix> wanted, List<HostRoutes.Entry> routes)
      throws IOException {
    Set<IpPrefix> others = new HashSet<>();
    List<NetlinkMessage> requests = new ArrayList<>();
    for (HostRoutes.Entry entry : routes) {
      Optional<IpPrefix> prefix = entry.isOurs() ? prefix(side, entry.route()) : Optional.empty();
      if (prefix.isPresent() && !wanted.contains(prefix.get())) {
        if (own.isOthers(name(side, prefix.get()))) {
          others.add(prefix.get());
        } else {
          requests.add(HostRequests.remove(entry.route()));
        }
      }
    }
    netlink.change(requests);
    return others;
  }

  private static Optional<IpPrefix> prefix(Side side, HostRoute route) {
    return route.equals(route(side, route.destination()))
        ? Optional.of(route.destination())
        : Optional.empty();
  }

  private static HostRoute route(Side side, IpPrefix prefix) {
    return new HostRoute(prefix, HostRequests.RT_TABLE_MAIN, metric(side), 0);
  }
}
