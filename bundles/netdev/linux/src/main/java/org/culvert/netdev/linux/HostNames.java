package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.netdev.linux.RouteTable.Entry;
import org.jspecify.annotations.Nullable;

/**
 * Names of devices and owners of addresses, for what is told about routes of others. Each is asked
 * for once, and only if there is something to tell.
 */
final class HostNames {
  private final Netlink netlink;
  private @Nullable Map<Integer, String> devices;
  private @Nullable Map<InetAddress, AddressTable.Entry> addresses;

  HostNames(Netlink netlink) {
    this.netlink = netlink;
  }

  /** Returns the name of a device; empty if there is none with this index. */
  Optional<String> of(int device) throws IOException {
    return Optional.ofNullable(devices().get(device));
  }

  /** Returns the names of all devices by index. */
  Map<Integer, String> devices() throws IOException {
    Map<Integer, String> known = devices;
    if (known == null) {
      Map<Integer, String> names = new HashMap<>();
      TunnelLinks.list(netlink).forEach((name, link) -> names.put(link.index(), name));
      known = names;
      devices = names;
    }
    return known;
  }

  /**
   * Says who has the address that packets are taken in to by a route, and what to type; empty if a
   * tunnel's end on this host has it, for then the other end is here.
   */
  Optional<String> address(Entry local) throws IOException {
    IpPrefix destination = local.route().destination();
    AddressTable.Entry entry = addresses().get(destination.network());
    if (entry == null || !isHost(destination)) {
      return Optional.of(
          "the table local has a route to it; type: ip "
              + version(local)
              + "route del local "
              + text(destination)
              + of(local.route().device()).map(name -> " dev " + name).orElse("")
              + " table local");
    }
    String device = of(entry.device()).orElse("device " + entry.device());
    return entry.owner() == AddressTable.Owner.OURS
        ? Optional.empty()
        : Optional.of(
            device
                + " has that address; type: ip address del "
                + entry.address()
                + " dev "
                + device);
  }

  /** Returns a destination as {@code ip} takes it: a host's without its length. */
  static String text(IpPrefix destination) {
    return isHost(destination) ? IpAddresses.text(destination.network()) : destination.toString();
  }

  private static boolean isHost(IpPrefix destination) {
    return destination.equals(IpPrefix.host(destination.network()));
  }

  private Map<InetAddress, AddressTable.Entry> addresses() throws IOException {
    Map<InetAddress, AddressTable.Entry> known = addresses;
    if (known == null) {
      Map<InetAddress, AddressTable.Entry> all = new HashMap<>();
      AddressTable.each(
          netlink, RouteTable.ANY_DEVICE, entry -> all.put(entry.address().address(), entry));
      known = all;
      addresses = all;
    }
    return known;
  }

  /** Returns the command that removes a route. */
  static String removal(Entry entry, Optional<String> device) {
    return "ip "
        + version(entry)
        + "route del "
        + entry.route().destination()
        + device.map(name -> " dev " + name).orElse("")
        + " metric "
        + entry.route().metricText();
  }

  private static String version(Entry entry) {
    return Family.of(entry.route().destination().network()) == Family.IPV6 ? "-6 " : "";
  }
}
