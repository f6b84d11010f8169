package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.netdev.linux.RouteTable.Entry;

/**
 * Compares devices with what they should have, and their routes with those of others that packets
 * to the same destinations would rather take. The kernel is asked once for all of them.
 *
 * <p>A route that is better than a fallback route of ours is no finding: it is what that waits for.
 * Nor is one that is more specific than a default route.
 */
final class Inspection {
  private final Map<String, DeviceConfiguration> wanted;
  private final Map<String, TunnelLink> links;
  private final Newcomers newcomers;
  private final Map<Integer, String> names = new HashMap<>();

  /** Takes all devices of the host by name. */
  Inspection(
      Map<String, DeviceConfiguration> wanted, Map<String, TunnelLink> links, Newcomers newcomers) {
    this.newcomers = newcomers;
    this.wanted = new TreeMap<>(wanted);
    this.links = links;
    links.forEach((other, link) -> names.put(link.index(), other));
  }

  /** Returns what is not as it should be, a line each, in the order of devices and their texts. */
  List<String> findings(Netlink netlink) throws IOException {
    Map<String, DeviceState> states = new LinkedHashMap<>();
    wanted.forEach(
        (name, configuration) -> {
          TunnelLink link = links.get(name);
          if (link != null) {
            states.put(name, new DeviceState(link.index(), configuration));
          }
        });
    Map<String, Set<String>> shadowed = new HashMap<>();
    Map<IpPrefix, String> holders = new HashMap<>();
    wanted.forEach(
        (name, configuration) ->
            configuration.routes().forEach(destination -> holders.put(destination, name)));
    Shadows shadows = new Shadows(holders.keySet());
    DeviceState.look(
        netlink,
        states.values(),
        entry -> {
          if (entry.isOfMainTable() && !entry.isOurs()) {
            shadows.of(entry.route()).ifPresent(ours -> tell(ours, entry, holders, shadowed));
          }
        });
    List<String> findings = new ArrayList<>();
    for (String name : wanted.keySet()) {
      findings.addAll(findings(netlink, name, states, shadowed.getOrDefault(name, Set.of())));
    }
    return findings;
  }

  private List<String> findings(
      Netlink netlink, String name, Map<String, DeviceState> states, Set<String> shadowed)
      throws IOException {
    TunnelLink link = links.get(name);
    DeviceState state = states.get(name);
    DeviceConfiguration configuration = wanted.get(name);
    if (link == null || state == null || configuration == null) {
      return List.of("device " + name + " is missing");
    }
    List<String> findings = ofLink(name, link, configuration);
    Set<String> others = new TreeSet<>(shadowed);
    for (InterfaceAddress address : state.missingAddresses()) {
      others.add("device " + name + " lacks the address " + address);
    }
    for (InterfaceAddress address : state.deafAddresses(netlink)) {
      if (!newcomers.isYoung(link.index(), address)) {
        others.add("device " + name + " has the address " + address + ", but no local route to it");
      }
    }
    for (Route route : state.missingRoutes()) {
      others.add(
          "device " + name + " lacks the route to " + route + " metric " + route.metricText());
    }
    findings.addAll(others);
    return findings;
  }

  private static List<String> ofLink(
      String name, TunnelLink link, DeviceConfiguration configuration) {
    List<String> findings = new ArrayList<>();
    if (!link.isUp()) {
      findings.add("device " + name + " is down");
    }
    if (link.mtu() != configuration.mtu()) {
      findings.add("device " + name + " has MTU " + link.mtu() + ", not " + configuration.mtu());
    }
    LinkSettings settings = link.settings();
    if (LinkRepair.carries(configuration, false) && settings.isIpv6Off()) {
      findings.add("IPv6 is switched off on device " + name);
    }
    if (settings.acceptsAdvertisements()) {
      findings.add(setting(Sysctl.ofDevice("ipv6", name, "accept_ra"), 0));
    }
    if (LinkRepair.carries(configuration, true) && LinkRepair.isStrict(name, settings)) {
      findings.add(setting(Sysctl.ofDevice("ipv4", name, "rp_filter"), 2));
    }
    if (LinkRepair.isIpv4Kept(configuration, settings)) {
      findings.add(setting(Sysctl.ofDevice("ipv4", name, "forwarding"), 1));
    }
    return findings;
  }

  private static String setting(Sysctl setting, int wanted) {
    return setting.file() + " should hold " + wanted + ": " + setting.command(wanted);
  }

  private void tell(
      IpPrefix ours,
      Entry entry,
      Map<IpPrefix, String> holders,
      Map<String, Set<String>> shadowed) {
    String name = holders.getOrDefault(ours, "");
    if (!name.equals(names.get(entry.route().device()))) {
      shadowed.computeIfAbsent(name, device -> new TreeSet<>()).add(told(name, ours, entry));
    }
  }

  private String told(String name, IpPrefix ours, Entry entry) {
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
            : " by " + names.getOrDefault(other.device(), "device " + other.device()))
        + "; type: "
        + HostNames.removal(
            entry,
            entry.rejects() ? Optional.empty() : Optional.ofNullable(names.get(other.device())));
  }
}
