package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.netdev.linux.Netlink.Answer;

/**
 * Answers neighbors on another link that look there for the address of a tunnel, where a pool lies
 * in that link's prefix (RFC 4389).
 *
 * <p>The kernel does so for single addresses that it is told, and looks through them one by one,
 * hence their number is bounded; it does not for prefixes.
 */
final class NeighborProxy {
  static final int MOST = 1000;

  private static final int HOST = 128;

  /** Nobody looks for a neighbor there. */
  private static final String LOOPBACK = "lo";

  /** {@code struct ndmsg}: family, 3 octets, index, state, flags, type. */
  private static final int NDMSG = 12;

  private static final int INDEX = 4;

  private NeighborProxy() {}

  /** An address that is answered for on a device. */
  record Proxied(int device, InetAddress address) {}

  /**
   * Answers on the links that the host has, and no longer on others.
   *
   * @param others the pools of other processes that live, which answer for their own
   * @return what is answered for; the kernel forgets it whenever a link goes down
   */
  static Set<Proxied> configure(
      Netlink netlink,
      HostConfiguration wanted,
      HostView host,
      Set<IpPrefix> others,
      Findings findings)
      throws IOException {
    Set<Proxied> proxied = new HashSet<>();
    for (HostAddress address : host.addresses()) {
      IpPrefix link = address.onLink();
      if (Family.of(link.network()) == Family.IPV6
          && link.length() < HOST
          && host.names().containsKey(address.device())
          && !LOOPBACK.equals(host.names().get(address.device()))
          && wanted.deadEnds().stream().anyMatch(link::overlaps)) {
        String device = host.names().getOrDefault(address.device(), "");
        proxied.addAll(answeredOn(address.device(), device, link, wanted, findings));
      }
    }
    List<NetlinkMessage> surplus = new ArrayList<>();
    for (Proxied present : ours(netlink)) {
      if (!proxied.contains(present)
          && others.stream().noneMatch(pool -> pool.contains(present.address()))) {
        surplus.add(HostRequests.removeProxied(present.device(), present.address()));
      }
    }
    netlink.change(surplus);
    add(netlink, proxied, findings);
    return proxied;
  }

  /** Returns which addresses are to be answered for on a link that pools overlap. */
  private static Set<Proxied> answeredOn(
      int index, String device, IpPrefix link, HostConfiguration wanted, Findings findings)
      throws IOException {
    Set<Proxied> proxied = new HashSet<>();
    Sysctl setting = setting(device);
    String pools =
        String.join(
            ", ",
            wanted.deadEnds().stream()
                .filter(link::overlaps)
                .map(IpPrefix::toString)
                .sorted()
                .toList());
    List<InetAddress> inside = wanted.neighbors().stream().filter(link::contains).toList();
    String told =
        "the prefix "
            + link
            + " of interface "
            + device
            + " overlaps the pools "
            + pools
            + ", so that neighbors there look for tunnels on the link";
    String remedy =
        "; a prefix behind a tunnel is not found so in any case: let the router there route the pools"
            + " to this host";
    if (!wanted.allowed().contains(HostSetting.NEIGHBOR_PROXY)) {
      findings.missing(
          told
              + "; add neighbors to hostSettings, or for each tunnel's address, type: "
              + setting.command(1)
              + "; ip -6 neigh add proxy ADDRESS dev "
              + device
              + remedy);
      return proxied;
    }
    try {
      if (!setting.is(1)) {
        setting.set(1);
        findings.changed(setting.name() + "=1 is set, and stays so: " + told);
      }
    } catch (IOException e) {
      findings.missing(
          told
              + "; it cannot be set ("
              + e.getMessage()
              + "); as root, type: "
              + setting.command(1)
              + remedy);
      return proxied;
    }
    inside.stream().limit(MOST).forEach(address -> proxied.add(new Proxied(index, address)));
    if (inside.size() > MOST) {
      findings.missing(
          told + ", and only " + MOST + " of " + inside.size() + " are answered for" + remedy);
    }
    return proxied;
  }

  /** Answers for these again, as far as it was forgotten. */
  static void add(Netlink netlink, Set<Proxied> wanted, Findings findings) throws IOException {
    List<NetlinkMessage> requests =
        wanted.stream()
            .map(proxied -> HostRequests.addProxied(proxied.device(), proxied.address()))
            .toList();
    for (Answer answer : netlink.change(requests)) {
      if (!answer.isDone() && answer.errno() != Errno.EEXIST) {
        findings.missing(
            String.valueOf(
                answer.failure("answering for tunnels' addresses on a link").getMessage()));
        return;
      }
    }
  }

  /** Tells whether the kernel answers on all these devices. */
  static boolean isOn(Set<String> devices) throws IOException {
    for (String device : devices) {
      if (!setting(device).is(1)) {
        return false;
      }
    }
    return true;
  }

  private static Sysctl setting(String device) {
    return Sysctl.ofDevice("ipv6", device, "proxy_ndp");
  }

  private static Set<Proxied> ours(Netlink netlink) throws IOException {
    Set<Proxied> ours = new HashSet<>();
    netlink.dump(
        HostRequests.proxied(),
        message -> {
          Attributes attributes = Attributes.after(message, NDMSG);
          ByteBuffer value = attributes.value(HostRequests.NDA_DST);
          if (attributes.octet(HostRequests.NDA_PROTOCOL) == RoutingRequests.PROTOCOL
              && value.remaining() == 16) {
            byte[] octets = new byte[16];
            value.get(value.position(), octets);
            ours.add(
                new Proxied(message.getInt(message.position() + INDEX), IpAddresses.of(octets)));
          }
        });
    return ours;
  }
}
