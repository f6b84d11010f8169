package org.culvert.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.tunnel.TunnelType;

/** Reads what the operator wants beside the tunnel, or refuses it by name. */
final class WishesReader {
  private static final int LONGEST_NAME = 253;
  private static final String LABEL = "[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?";
  private static final long LARGEST_AS = 0xFFFF_FFFFL;

  /** Old brokers know no more, and nobody needs more. */
  private static final int MOST_NAME_SERVERS = 8;

  private static final Set<RoutingProtocol> PROTOCOLS =
      Set.of(
          RoutingProtocol.STATIC, RoutingProtocol.BGP, RoutingProtocol.OSPF, RoutingProtocol.RIP);

  private WishesReader() {}

  static Wishes from(ConfiguredClient.Config config, TunnelType type) {
    boolean inner4 = type.equals(TunnelType.V4V6);
    Optional<Integer> prefixLength = prefixLength(config.prefixLength(), inner4);
    List<DnsServer> nameServers = nameServers(config.nameServers());
    if (!nameServers.isEmpty() && prefixLength.isEmpty()) {
      throw Refusal.refused(
          "nameServers",
          String.join(",", config.nameServers()),
          "there is no reverse zone without a prefix; set prefixLength, for example 56");
    }
    RoutingProtocol routing = routing(config.routing());
    if (!routing.equals(RoutingProtocol.STATIC) && (prefixLength.isEmpty() || inner4)) {
      throw Refusal.refused(
          "routing",
          config.routing(),
          inner4
              ? "routing protocols are spoken over IPv6 only; write static"
              : "there is nothing to route without a prefix; set prefixLength, for example 56");
    }
    return new Wishes(
        prefixLength, nameServers, name(config.name()), routing, as(config.as(), routing));
  }

  private static Optional<Integer> prefixLength(int value, boolean inner4) {
    SettingsReader.within("prefixLength", value, 0, inner4 ? 32 : 128);
    return value == 0 ? Optional.empty() : Optional.of(value);
  }

  private static List<DnsServer> nameServers(String[] values) {
    List<DnsServer> servers = new ArrayList<>();
    for (String text : SettingsReader.split(values)) {
      servers.add(nameServer(text));
    }
    if (servers.size() > MOST_NAME_SERVERS) {
      throw Refusal.refused(
          "nameServers",
          String.join(",", values),
          "name no more than " + MOST_NAME_SERVERS + " name servers");
    }
    return servers;
  }

  private static DnsServer nameServer(String text) {
    try {
      return new DnsServer.Address(IpAddresses.parse(text));
    } catch (IllegalArgumentException e) {
      return hostName(text)
          .filter(name -> name.indexOf('.') > 0)
          .map(DnsServer.Name::new)
          .orElseThrow(
              () ->
                  Refusal.refused(
                      "nameServers",
                      text,
                      "write addresses or full host names, for example ns1.example.net"));
    }
  }

  private static Optional<String> name(String value) {
    if (value.isBlank()) {
      return Optional.empty();
    }
    return Optional.of(
        hostName(value.strip())
            .orElseThrow(
                () ->
                    Refusal.refused(
                        "name",
                        value,
                        "write a host name of letters, digits and hyphens, for example gateway")));
  }

  private static RoutingProtocol routing(String value) {
    try {
      RoutingProtocol protocol = RoutingProtocol.of(value);
      if (PROTOCOLS.contains(protocol)) {
        return protocol;
      }
    } catch (IllegalArgumentException e) {
      throw notRouting(value);
    }
    throw notRouting(value);
  }

  private static RuntimeException notRouting(String value) {
    return Refusal.refused("routing", value, "write static, bgp, ospf or rip");
  }

  private static OptionalLong as(long value, RoutingProtocol routing) {
    if (value < 0 || value > LARGEST_AS) {
      throw Refusal.refused(
          "as", value, "write a number from 1 to " + LARGEST_AS + ", or 0 to be given one");
    }
    if (value != 0 && !routing.equals(RoutingProtocol.BGP)) {
      throw Refusal.refused("as", value, "only BGP knows such; write routing = bgp too");
    }
    return value == 0 ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** Checks label by label; a last label of digits only would be a mistyped address. */
  private static Optional<String> hostName(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    String name = lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
    String[] labels = name.split("\\.", -1);
    for (String label : labels) {
      if (!label.matches(LABEL)) {
        return Optional.empty();
      }
    }
    boolean fits = name.length() <= LONGEST_NAME && !labels[labels.length - 1].matches("[0-9]+");
    return fits ? Optional.of(name) : Optional.empty();
  }
}
