package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpAddresses;

/**
 * Finds the addresses of which this host takes in no packets, and says why.
 *
 * <p>The kernel is asked how it would route a packet to each: that costs the same on a host with
 * very many addresses. All addresses are read only where one is missing.
 */
final class MissingAddresses {
  private MissingAddresses() {}

  static Map<InetAddress, String> among(Netlink netlink, Set<InetAddress> addresses)
      throws IOException {
    Map<InetAddress, String> missing = new HashMap<>();
    for (InetAddress address : addresses) {
      if (!RouteTable.isLocal(netlink, address)) {
        missing.put(address, AbsentAddress.words(address));
      }
    }
    Map<InetAddress, AddressTable.Entry> held = new HashMap<>();
    if (!missing.isEmpty()) {
      AddressTable.each(
          netlink,
          RouteTable.ANY_DEVICE,
          entry -> {
            if (missing.containsKey(entry.address().address())) {
              held.put(entry.address().address(), entry);
            }
          });
    }
    if (!held.isEmpty()) {
      Map<Integer, TunnelLink> links = new HashMap<>();
      TunnelLinks.list(netlink).forEach((name, link) -> links.put(link.index(), link));
      held.forEach(
          (address, entry) ->
              Optional.ofNullable(links.get(entry.device()))
                  .ifPresent(link -> missing.put(address, onInterface(link, entry))));
    }
    return missing;
  }

  private static String onInterface(TunnelLink link, AddressTable.Entry entry) {
    String device = link.name();
    String address = IpAddresses.text(entry.address().address());
    if (!link.isUp()) {
      return device
          + ", which has the address "
          + address
          + ", is down; type: ip link set "
          + device
          + " up";
    }
    if (!entry.usable()) {
      return "the address "
          + address
          + " of "
          + device
          + " is of no use: another host has it, or the kernel is still looking for one";
    }
    return "packets to the address "
        + address
        + " do not end here, though "
        + device
        + " has it: its route in the table local is gone; type: ip route add local "
        + address
        + " dev "
        + device
        + " table local";
  }
}
