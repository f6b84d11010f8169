package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.Ways;
import org.culvert.netdev.linux.ForeignRules.BaseChain;
import org.culvert.netdev.linux.ForeignRules.Table;
import org.culvert.netdev.linux.TrialPacket.Device;

/**
 * Searches packet filters of others that let no connection through by a device of ours.
 *
 * <ol>
 *   <li>chains are listed once, and the rules of those tables that have one where packets of
 *       tunnels pass: a server's are forwarded; a client's come from the host, and are forwarded as
 *       well where it forwards
 *   <li>devices that no rule tells apart are one
 *   <li>a TCP packet that opens a connection out of a tunnel, or towards the world at a client, and
 *       one that answers, go through the rules ({@link FilterTrial})
 * </ol>
 *
 * <p>Only what is dropped for certain is told. Filters of {@code iptables-legacy} cannot be read
 * so.
 */
final class FilterSearch {
  private static final int LOCAL_IN = 1;
  private static final int FORWARD = 2;
  private static final int LOCAL_OUT = 3;

  private final Ways ways;
  private final HostNames names;
  private final Netlink routes;
  private final ForeignRules foreign;
  private final Map<Table, FilterTrial> trials = new HashMap<>();
  private final Map<Family, Optional<Device>> uplinks = new EnumMap<>(Family.class);

  private FilterSearch(Ways ways, HostNames names, Netlink routes, ForeignRules foreign) {
    this.ways = ways;
    this.names = names;
    this.routes = routes;
    this.foreign = foreign;
  }

  /** Devices that are filtered alike. */
  private record Kind(
      String known, List<String> wildcards, int index, Set<Family> versions, boolean client) {}

  /** A packet that should pass a hook, and what lets it. */
  private record Passage(int hook, TrialPacket packet, String what, String rule) {}

  /** Returns a line for each device by which no connection gets through. */
  static Map<String, String> closed(Ways ways, HostNames names, Netlink routes) throws IOException {
    if (ways.devices().isEmpty()) {
      return Map.of();
    }
    try (Netlink netlink = Netlink.open(Netlink.NETFILTER)) {
      ForeignRules foreign = new ForeignRules(netlink);
      List<BaseChain> chains;
      try {
        chains = foreign.baseChains();
      } catch (IOException e) {
        // This kernel has no nf_tables.
        return Map.of();
      }
      chains.removeIf(chain -> chain.hook() < LOCAL_IN || chain.hook() > LOCAL_OUT);
      return chains.isEmpty()
          ? Map.of()
          : new FilterSearch(ways, names, routes, foreign).closed(chains);
    }
  }

  private Map<String, String> closed(List<BaseChain> chains) throws IOException {
    InterfaceNames told = new InterfaceNames();
    for (BaseChain chain : chains) {
      if (!trials.containsKey(chain.table())) {
        FilterTrial trial = new FilterTrial(foreign, chain.table());
        trials.put(chain.table(), trial);
        trial.names(told);
      }
    }
    Map<String, String> lines = new HashMap<>();
    for (Map.Entry<Kind, Set<String>> alike : kinds(told).entrySet()) {
      Set<String> devices = alike.getValue();
      line(chains, alike.getKey(), devices)
          .ifPresent(line -> devices.forEach(device -> lines.put(device, line)));
    }
    return lines;
  }

  private Map<Kind, Set<String>> kinds(InterfaceNames told) throws IOException {
    Map<String, Integer> indices = new HashMap<>();
    names.devices().forEach((index, name) -> indices.put(name, index));
    Map<String, Set<Family>> versions = new HashMap<>();
    ways.destinations()
        .forEach(
            (prefix, device) ->
                versions
                    .computeIfAbsent(device, name -> EnumSet.noneOf(Family.class))
                    .add(Family.of(prefix.network())));
    Set<String> clients = new HashSet<>(ways.sources().values());
    Map<Kind, Set<String>> kinds = new HashMap<>();
    for (String device : ways.devices()) {
      int index = indices.getOrDefault(device, 0);
      Kind kind =
          new Kind(
              told.exact().contains(device) ? device : "",
              told.wildcards().stream().filter(device::startsWith).toList(),
              told.indices().contains(index) ? index : 0,
              versions.getOrDefault(device, Set.of()),
              clients.contains(device));
      kinds.computeIfAbsent(kind, one -> new TreeSet<>()).add(device);
    }
    return kinds;
  }

  private Optional<String> line(List<BaseChain> chains, Kind kind, Set<String> devices)
      throws IOException {
    String name = devices.iterator().next();
    Device device = new Device(name, kind.index());
    String label = label(devices);
    Map<String, BaseChain> losses = new TreeMap<>();
    List<String> commands = new ArrayList<>();
    for (Family version : kind.versions()) {
      for (Passage passage : passages(kind, device, label, version)) {
        for (BaseChain chain : chains) {
          if (chain.hook() == passage.hook()
              && chain.table().isOf(version)
              && drops(chain, passage.packet())) {
            losses.putIfAbsent(passage.what(), chain);
            String command =
                "nft insert rule "
                    + chain.table().text()
                    + " "
                    + chain.name()
                    + " "
                    + passage.rule()
                    + " accept";
            if (!commands.contains(command)) {
              commands.add(command);
            }
          }
        }
      }
    }
    if (losses.isEmpty()) {
      return Optional.empty();
    }
    String what = String.join(", and no ", losses.keySet());
    BaseChain chain = losses.values().iterator().next();
    String place = chain.table().text() + " " + chain.name();
    return Optional.of(
        "the packet filter of this host lets no "
            + what
            + ": "
            + (chain.drops()
                ? "chain " + place + " drops by default, and none of its rules accepts it"
                : "the rules of chain " + place + " drop it")
            + "; type: nft list chain "
            + place
            + ", and to let it pass: "
            + String.join(" && ", commands));
  }

  private boolean drops(BaseChain chain, TrialPacket packet) throws IOException {
    FilterTrial trial = trials.get(chain.table());
    return trial != null && trial.drops(chain, packet);
  }

  private List<Passage> passages(Kind kind, Device device, String label, Family version)
      throws IOException {
    Optional<Device> ours = Optional.of(device);
    String in = "iifname \"" + label + "\"";
    String out = "oifname \"" + label + "\"";
    String answers = " ct state established,related";
    String to = "TCP connection to " + label + " pass";
    String from = "TCP connection from " + label + " pass";
    String back = "answer of TCP to " + label + " pass";
    String come = "answer of TCP from " + label + " pass";
    if (!kind.client()) {
      Optional<Device> uplink = uplink(version);
      return List.of(
          new Passage(FORWARD, new TrialPacket(version, ours, uplink, true), from, in),
          new Passage(FORWARD, new TrialPacket(version, uplink, ours, false), back, out + answers));
    }
    List<Passage> passages = new ArrayList<>();
    passages.add(
        new Passage(LOCAL_OUT, new TrialPacket(version, Optional.empty(), ours, true), to, out));
    passages.add(
        new Passage(
            LOCAL_IN, new TrialPacket(version, ours, Optional.empty(), false), come, in + answers));
    if (forwards(version)) {
      passages.add(
          new Passage(FORWARD, new TrialPacket(version, Optional.empty(), ours, true), to, out));
      passages.add(
          new Passage(
              FORWARD,
              new TrialPacket(version, ours, Optional.empty(), false),
              come,
              in + answers));
    }
    return passages;
  }

  /** Tells whether a client's host forwards, and has a network behind it. */
  private boolean forwards(Family version) {
    Path file =
        Path.of(
            version == Family.IPV4
                ? "/proc/sys/net/ipv4/ip_forward"
                : "/proc/sys/net/ipv6/conf/all/forwarding");
    try {
      return Files.readString(file).strip().equals("1")
          && ways.sources().keySet().stream()
              .anyMatch(
                  source ->
                      Family.of(source.network()) == version
                          && !source.equals(IpPrefix.host(source.network())));
    } catch (IOException e) {
      return false;
    }
  }

  /** Returns the device by which the world is reached; empty if that is by none, or by several. */
  private Optional<Device> uplink(Family version) throws IOException {
    Optional<Device> known = uplinks.get(version);
    if (known == null) {
      Optional<RouteTable.Entry> world =
          RouteTable.best(routes, IpAddresses.parse(version == Family.IPV4 ? "1.0.0.0" : "2000::"));
      int index = world.map(entry -> entry.route().device()).orElse(0);
      known = names.of(index).map(name -> new Device(name, index));
      uplinks.put(version, known);
    }
    return known;
  }

  /** Names many devices by what their names begin with. */
  private static String label(Set<String> devices) {
    String common = devices.iterator().next();
    for (String device : devices) {
      while (!device.startsWith(common)) {
        common = common.substring(0, common.length() - 1);
      }
    }
    return devices.size() == 1 ? common : common + "*";
  }
}
