package org.culvert.client;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;

/** Writes a {@link ServedTunnel} of this end as named texts, and reads it again. */
final class ServedText {
  private ServedText() {}

  static Map<String, String> write(ServedTunnel tunnel) {
    Map<String, String> texts = new LinkedHashMap<>();
    texts.put("id", tunnel.id());
    texts.put("owner", tunnel.owner());
    texts.put("anonymous", String.valueOf(tunnel.anonymous()));
    texts.put("type", tunnel.type().name());
    texts.put("server", IpAddresses.text(tunnel.serverAddress()));
    texts.put("client", IpAddresses.text(tunnel.clientAddress()));
    tunnel.prefix().ifPresent(prefix -> texts.put("prefix", prefix.toString()));
    tunnel.device().ifPresent(device -> texts.put("device", device));
    Arrangements arrangements = tunnel.arrangements();
    arrangements.name().ifPresent(name -> texts.put("name", name));
    texts.put(
        "dnsServers",
        String.join(" ", arrangements.dnsServers().stream().map(ServedText::text).toList()));
    arrangements
        .routing()
        .ifPresent(
            routing -> {
              texts.put("routing", routing.protocol().name());
              routing.clientAs().ifPresent(as -> texts.put("clientAs", String.valueOf(as)));
              routing.serverAs().ifPresent(as -> texts.put("serverAs", String.valueOf(as)));
            });
    return texts;
  }

  /**
   * Reads what was written.
   *
   * @throws IllegalArgumentException if it makes no sense
   */
  static ServedTunnel read(Map<String, String> texts) {
    return new ServedTunnel(
        needed(texts, "id"),
        Side.CLIENT,
        needed(texts, "owner"),
        Boolean.parseBoolean(texts.get("anonymous")),
        new TunnelType(needed(texts, "type")),
        IpAddresses.parse(needed(texts, "server")),
        IpAddresses.parse(needed(texts, "client")),
        Optional.ofNullable(texts.get("prefix")).map(IpPrefix::parse),
        Optional.ofNullable(texts.get("device")),
        new Arrangements(
            Optional.ofNullable(texts.get("name")),
            dnsServers(texts.getOrDefault("dnsServers", "")),
            Optional.ofNullable(texts.get("routing"))
                .map(
                    protocol ->
                        new RoutingAgreement(
                            RoutingProtocol.of(protocol),
                            as(texts, "clientAs"),
                            as(texts, "serverAs")))));
  }

  private static String needed(Map<String, String> texts, String key) {
    String text = texts.get(key);
    if (text == null) {
      throw new IllegalArgumentException("there is no " + key);
    }
    return text;
  }

  private static String text(DnsServer server) {
    return server instanceof DnsServer.Address address
        ? IpAddresses.text(address.address())
        : ((DnsServer.Name) server).name();
  }

  private static List<DnsServer> dnsServers(String text) {
    List<DnsServer> servers = new ArrayList<>();
    for (String one : text.split(" ")) {
      if (one.indexOf(':') >= 0 || one.matches("[0-9.]+")) {
        servers.add(new DnsServer.Address(IpAddresses.parse(one)));
      } else if (!one.isEmpty()) {
        servers.add(new DnsServer.Name(one));
      }
    }
    return servers;
  }

  private static OptionalLong as(Map<String, String> texts, String key) {
    String text = texts.get(key);
    return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
  }
}
