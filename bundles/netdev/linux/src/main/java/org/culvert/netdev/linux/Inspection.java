package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.netdev.linux.RouteTable.Entry;

/**
 * Compares a device with what it should have, and its routes with those of others that packets to
 * the same destinations would rather take.
 *
 * <p>A route that is better than a fallback route of ours is no finding: it is what that waits for.
 * Nor is one that is more specific than a default route.
 */
final class Inspection {
  private final String name;
  private final DeviceConfiguration wanted;
  private final Map<String, TunnelLink> links;
  private final Map<Integer, String> names = new HashMap<>();

  /** Takes all devices of the host by name. */
  Inspection(String name, DeviceConfiguration wanted, Map<String, TunnelLink> links) {
    this.name = name;
    this.wanted = wanted;
    this.links = links;
    links.forEach((other, link) -> names.put(link.index(), other));
  }

  /** Returns what is not as it should be, a line each, in the order of their texts. */
  List<String> findings(Netlink netlink) throws IOException {
    TunnelLink link = links.get(name);
    if (link == null) {
      return List.of("device " + name + " is missing");
    }
    List<String> findings = new ArrayList<>();
    if (!link.isUp()) {
      findings.add("device " + name + " is down");
    }
    if (link.mtu() != wanted.mtu()) {
      findings.add("device " + name + " has MTU " + link.mtu() + ", not " + wanted.mtu());
    }
    Set<String> others = new TreeSet<>();
    missingAddresses(netlink, link.index(), others);
    routes(netlink, link.index(), others);
    findings.addAll(others);
    return findings;
  }

  private void missingAddresses(Netlink netlink, int device, Set<String> findings)
      throws IOException {
    Set<InterfaceAddress> present = OurMarks.allAddresses(netlink, device);
    for (InterfaceAddress address : wanted.addresses()) {
      if (!present.contains(address)) {
        findings.add("device " + name + " lacks the address " + address);
      }
    }
  }

  private void routes(Netlink netlink, int device, Set<String> findings) throws IOException {
    Set<Route> expected = DeviceLedger.routes(wanted, device);
    Set<Route> present = new HashSet<>();
    List<Entry> entries = RouteTable.list(netlink);
    entries.forEach(entry -> present.add(entry.route()));
    for (Route route : expected) {
      if (!present.contains(route)) {
        findings.add(
            "device " + name + " lacks the route to " + route + " metric " + route.metricText());
      }
    }
    Shadows shadows = new Shadows(wanted.routes());
    for (Entry entry : entries) {
      if (!entry.isOurs() && entry.route().device() != device) {
        shadows.of(entry.route()).ifPresent(ours -> findings.add(told(ours, entry)));
      }
    }
  }

  private String told(IpPrefix ours, Entry entry) {
    Route other = entry.route();
    return "the route to "
        + ours
        + " by "
        + name
        + " is shadowed by "
        + other
        + " metric "
        + other.metricText()
        + " protocol "
        + entry.protocol()
        + (other.device() == 0
            ? ""
            : " by " + names.getOrDefault(other.device(), "device " + other.device()));
  }
}
