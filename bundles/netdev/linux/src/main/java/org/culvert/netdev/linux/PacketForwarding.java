package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * Switches forwarding on, and never off: others may have come to need it. Before and as long as it
 * is on, {@link RouterDiscovery} sees to what a kernel that forwards does not do any more.
 *
 * <p>Not safe for threads.
 */
final class PacketForwarding {
  private static final String IPV6 = "ipv6";

  /** Whether this process switched IPv6 forwarding on. */
  private boolean switchedOn;

  /**
   * What stays amiss, because it may not or cannot be changed. It is what was seen to stay so, and
   * not what is so afterwards: others may have undone in between what was done.
   *
   * @param off the versions of IP that are not forwarded
   * @param deaf the interfaces that take no router advertisements any more
   */
  record Rest(Set<IpVersion> off, Set<String> deaf) {}

  /** Returns which versions of IP are not forwarded yet. It is two small files to read. */
  static Set<IpVersion> lacking(HostConfiguration wanted) throws IOException {
    Set<IpVersion> lacking = EnumSet.noneOf(IpVersion.class);
    for (IpVersion version : expected(wanted)) {
      if (!isOn(version)) {
        lacking.add(version);
      }
    }
    return lacking;
  }

  /** Tells whether interfaces that come later are to hear routers: IPv6 is forwarded, by us. */
  boolean seesToRouters(HostConfiguration wanted) throws IOException {
    return concernsIpv6(wanted) && isOurs();
  }

  private boolean isOurs() throws IOException {
    return isOn(IpVersion.IPV6) && (switchedOn || RouterDiscovery.isMarked());
  }

  private static boolean concernsIpv6(HostConfiguration wanted) {
    return wanted.forwarded().contains(IpVersion.IPV6)
        || wanted.deadEnds().stream().anyMatch(end -> Family.of(end.network()) == Family.IPV6);
  }

  /**
   * Sees to forwarding and its consequences.
   *
   * @param lans interfaces that this host itself is the router of
   */
  Rest configure(HostConfiguration wanted, HostView host, Set<String> lans, Findings findings)
      throws IOException {
    Set<String> deaf = new TreeSet<>();
    if (seesToRouters(wanted)) {
      deaf.addAll(RouterDiscovery.deaf(host.links().values()));
    }
    boolean allowed = wanted.allowed().contains(HostSetting.FORWARDING);
    RouterDiscovery routers = new RouterDiscovery(host, lans, allowed, findings);
    if (seesToRouters(wanted) && (allowed || wanted.side() == Side.SERVER)) {
      routers.goOn();
    } else if (concernsIpv6(wanted) && isOn(IpVersion.IPV6)) {
      routers.tell();
    }
    Set<IpVersion> off = lacking(wanted);
    for (IpVersion version : List.copyOf(off)) {
      boolean later = allowed && setting(version).isWritable();
      if (!wanted.forwarded().contains(version) && later) {
        continue;
      }
      boolean safe = version == IpVersion.IPV4 || routers.prepare();
      if (forward(wanted.side(), version, allowed, safe, findings)) {
        off.remove(version);
      }
    }
    deaf.removeAll(routers.done());
    return new Rest(off, deaf);
  }

  /**
   * Returns the versions that are or will be forwarded: a server will need those of its pools, and
   * what will not be possible then is told at the start.
   */
  static Set<IpVersion> expected(HostConfiguration wanted) {
    Set<IpVersion> expected = EnumSet.noneOf(IpVersion.class);
    expected.addAll(wanted.forwarded());
    if (wanted.side() == Side.SERVER) {
      for (IpPrefix pool : wanted.deadEnds()) {
        boolean ipv4 = Family.of(pool.network()) == Family.IPV4;
        expected.add(ipv4 ? IpVersion.IPV4 : IpVersion.IPV6);
      }
    }
    return expected;
  }

  /** Tells whether this host forwards a version of IP at all. */
  static boolean isOn(IpVersion version) throws IOException {
    return setting(version).value().orElse(0) != 0;
  }

  private static Sysctl setting(IpVersion version) {
    return version == IpVersion.IPV6
        ? Sysctl.of(IPV6, "conf", "all", "forwarding")
        : Sysctl.of("ipv4", "ip_forward");
  }

  /** Returns whether it was done, even if others have undone it already. */
  private boolean forward(
      Side side, IpVersion version, boolean allowed, boolean safe, Findings findings) {
    Sysctl setting = setting(version);
    String name = version == IpVersion.IPV6 ? "IPv6" : "IPv4";
    String loss = name + " is not forwarded on this host: " + loss(side);
    if (!allowed) {
      findings.missing(loss + "; type: " + setting.command(1));
      return false;
    }
    if (!safe) {
      findings.missing(
          name
              + " is not forwarded on this host, since an interface would lose its default route;"
              + " when that is seen to, type: "
              + setting.command(1));
      return false;
    }
    try {
      setting.set(1);
      switchedOn |= version == IpVersion.IPV6;
      findings.changed(
          setting.name()
              + "=1 is set, and stays so: this host forwards "
              + name
              + " between its interfaces");
      return true;
    } catch (IOException e) {
      findings.missing(
          loss
              + "; "
              + setting.name()
              + " cannot be set ("
              + e.getMessage()
              + "); as root, type: "
              + setting.command(1));
      return e instanceof UndoneException;
    }
  }

  private static String loss(Side side) {
    return side == Side.SERVER
        ? "nothing passes from tunnels to the world or back"
        : "hosts behind it reach nothing through the tunnel";
  }
}
