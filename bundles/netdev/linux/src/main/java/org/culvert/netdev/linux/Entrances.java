package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * The host's own interfaces by which IPv4 comes in that is meant for tunnels: a kernel that
 * forwards asks the interface, too, with IPv4. (With IPv6 it asks the host only.)
 *
 * <p>They are not ours, and a firewall's author may have closed one by intent. So they are told of,
 * but for those that the configuration names as closed.
 */
final class Entrances {
  private Entrances() {}

  /**
   * Returns the interfaces by which packets for tunnels come in: at a server all that IPv4 is
   * routed to, at a client those that have an address in its prefix.
   */
  static Set<String> of(HostConfiguration wanted, HostView host) {
    Set<String> found = new TreeSet<>();
    if (!PacketForwarding.expected(wanted).contains(IpVersion.IPV4)) {
      return found;
    }
    if (wanted.side() == Side.CLIENT) {
      for (HostAddress address : host.addresses()) {
        if (wanted.deadEnds().stream().anyMatch(prefix -> contains(prefix, address.onLink()))) {
          found.add(host.names().getOrDefault(address.device(), ""));
        }
      }
    } else {
      found.addAll(host.routedIpv4());
    }
    found.remove("");
    found.removeAll(wanted.closed());
    return found;
  }

  private static boolean contains(IpPrefix prefix, IpPrefix other) {
    return Family.of(prefix.network()) == Family.IPV4
        && Family.of(other.network()) == Family.IPV4
        && prefix.contains(other.network());
  }

  /** Tells of those that keep what comes in, on a host that forwards. It is a file each to read. */
  static void look(Side side, Set<String> interfaces, Findings findings) throws IOException {
    if (interfaces.isEmpty() || !PacketForwarding.isOn(IpVersion.IPV4)) {
      return;
    }
    for (String name : interfaces) {
      Sysctl setting = Sysctl.ofDevice("ipv4", name, "forwarding");
      if (setting.is(0)) {
        findings.missing(
            "IPv4 that comes in by "
                + name
                + " is not forwarded: "
                + (side == Side.SERVER
                    ? "nothing passes from there to tunnels"
                    : "hosts there reach nothing through the tunnel")
                + "; if that is meant, add "
                + name
                + " to closedInterfaces; if not, type: "
                + setting.command(1));
      }
    }
  }
}
