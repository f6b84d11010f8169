package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;

/**
 * Makes a link fit for its addresses and routes, which some of the following take away.
 *
 * <ol>
 *   <li>its MTU: the kernel takes IPv6 away below 1280, and settings with it
 *   <li>no address of the kernel's own making
 *   <li>IPv6 switched on
 *   <li>no router advertisement heeded: what comes out of a tunnel configures nobody
 *   <li>no strict reverse path filter: the way back need not be the tunnel
 *   <li>IPv4 passed on, where that is wanted and the host passes IPv4 on
 *   <li>up
 * </ol>
 */
final class LinkRepair {
  private static final int LOOSE = 2;
  private static final int STRICT = 1;

  private final Netlink netlink;
  private final String name;
  private final Predicate<TunnelLink> ours;
  private final List<String> restored = new ArrayList<>();
  private Optional<String> ipv4Kept = Optional.empty();

  /** Takes who tells whether a link is ours: another program's is not touched. */
  LinkRepair(Netlink netlink, String name, Predicate<TunnelLink> ours) {
    this.netlink = netlink;
    this.name = name;
    this.ours = ours;
  }

  /** Returns what was not as it should be, a line each. */
  List<String> restored() {
    return restored;
  }

  /** Takes note that somebody had given the device another name. */
  void wasCalled(String foreign) {
    restored.add(name + " was called " + foreign);
  }

  /** Returns why IPv4 goes no further than this host, which is the device's fault; else empty. */
  Optional<String> ipv4Kept() {
    return ipv4Kept;
  }

  /** Returns the link, which has all that is wanted of it now. */
  TunnelLink fit(DeviceConfiguration wanted) throws IOException {
    TunnelLink link = find();
    if (link.mtu() != wanted.mtu()) {
      netlink.change(RoutingRequests.mtu(link.index(), wanted.mtu()), "setting the MTU of " + name);
      restored.add(name + " had MTU " + link.mtu());
      link = find();
    }
    LinkSettings settings = link.settings();
    if (settings.knowsIpv6() && !settings.isQuiet()) {
      netlink.change(List.of(RoutingRequests.quiet(link.index())));
    }
    if (carries(wanted, false)) {
      switchOnIpv6(settings);
    }
    if (settings.acceptsAdvertisements()) {
      attempt(Sysctl.ofDevice("ipv6", name, "accept_ra"), 0);
    }
    if (carries(wanted, true) && isStrict(name, settings)) {
      attempt(Sysctl.ofDevice("ipv4", name, "rp_filter"), LOOSE);
    }
    if (isIpv4Kept(wanted, settings)) {
      passIpv4On();
    }
    if (!link.isUp()) {
      netlink.change(RoutingRequests.up(link.index()), "setting " + name + " up");
      restored.add(name + " was down");
    }
    return link;
  }

  private TunnelLink find() throws IOException {
    TunnelLink link =
        TunnelLinks.find(netlink, name)
            .orElseThrow(() -> new IOException("there is no network device named " + name));
    if (!ours.test(link)) {
      throw new IOException(
          "another program has a device named "
              + name
              + ": remove it or give it another name, for example: ip link set "
              + name
              + " name "
              + name
              + "x");
    }
    return link;
  }

  private void switchOnIpv6(LinkSettings settings) throws IOException {
    if (!settings.knowsIpv6()) {
      throw new IOException(
          "this kernel has no IPv6 for " + name + ": start it without ipv6.disable=1");
    }
    if (settings.isIpv6Off()) {
      Sysctl setting = Sysctl.ofDevice("ipv6", name, "disable_ipv6");
      try {
        setting.set(0);
      } catch (IOException e) {
        throw new IOException(
            "IPv6 is switched off on "
                + name
                + ", and "
                + setting.file()
                + " cannot be changed ("
                + e.getMessage()
                + "): let this process write there, or run: "
                + setting.command(0),
            e);
      }
      restored.add("IPv6 was switched off on " + name);
    }
  }

  /** Only tunnels of IPv4 suffer when it is refused. */
  private void passIpv4On() {
    Sysctl setting = Sysctl.ofDevice("ipv4", name, "forwarding");
    try {
      setting.set(1);
      restored.add("IPv4 from " + name + " was not forwarded");
    } catch (IOException e) {
      ipv4Kept =
          Optional.of(
              "IPv4 from "
                  + name
                  + " is not forwarded, and "
                  + setting.file()
                  + " cannot be changed ("
                  + e.getMessage()
                  + "): let this process write there, or run: "
                  + setting.command(1));
    }
  }

  /**
   * Tells whether IPv4 ends at this device that the host passes on elsewhere. Where the host passes
   * none on, that is the host's affair.
   */
  static boolean isIpv4Kept(DeviceConfiguration wanted, LinkSettings settings) {
    try {
      return wanted.forwardsIpv4()
          && settings.isIpv4Kept()
          && PacketForwarding.isOn(IpVersion.IPV4);
    } catch (IOException e) {
      return false;
    }
  }

  /** Tells whether a device carries addresses or routes of a version of IP. */
  static boolean carries(DeviceConfiguration wanted, boolean ipv4) {
    return Stream.of(
            wanted.addresses().stream().map(InterfaceAddress::address),
            wanted.routes().stream().map(IpPrefix::network),
            wanted.fallbackRoutes().stream().map(IpPrefix::network))
        .flatMap(addresses -> addresses)
        .anyMatch(address -> address instanceof Inet4Address == ipv4);
  }

  /** Tells whether a device has an address of a version of IP, as whatever carries it does. */
  static boolean hasAddress(DeviceConfiguration wanted, boolean ipv4) {
    return wanted.addresses().stream()
        .anyMatch(address -> address.address() instanceof Inet4Address == ipv4);
  }

  /** The kernel obeys the larger number of the device's and everybody's. */
  static boolean isStrict(String name, LinkSettings settings) {
    return Math.max(ofAll(), settings.reversePathFilter()) == STRICT;
  }

  private static int ofAll() {
    try {
      return Sysctl.ofDevice("ipv4", "all", "rp_filter").value().orElse(0);
    } catch (IOException e) {
      return 0;
    }
  }

  /** Packets flow without these, most of the time; what is not so is told by the inspection. */
  private void attempt(Sysctl setting, int value) {
    try {
      setting.set(value);
    } catch (IOException e) {
      return;
    }
  }
}
