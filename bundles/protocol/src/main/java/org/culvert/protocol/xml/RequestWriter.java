package org.culvert.protocol.xml;

import java.net.InetAddress;
import java.util.Optional;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.tunnel.TunnelType;

/** Writes a client's commands, octet for octet as the clients in the field do. */
public final class RequestWriter {

  private RequestWriter() {}

  /**
   * Writes a command, its final CR LF included.
   *
   * @param inner the IP version that is wanted inside the tunnel
   */
  public static String write(TunnelCommand command, IpVersion inner) {
    if (command instanceof TunnelCommand.Create create) {
      return create(create.request(), inner);
    }
    if (command instanceof TunnelCommand.Info info) {
      return plain("info", info.type());
    }
    if (command instanceof TunnelCommand.Delete) {
      return plain("delete", Optional.empty());
    }
    if (command instanceof TunnelCommand.Accept) {
      return plain("accept", Optional.empty());
    }
    return plain("reject", Optional.empty());
  }

  private static String plain(String action, Optional<TunnelType> type) {
    String attribute = type.map(name -> " type=\"" + name + "\"").orElse("");
    return "<tunnel action=\"" + action + "\"" + attribute + "></tunnel>\r\n";
  }

  private static String create(TunnelRequest request, IpVersion inner) {
    Markup markup = new Markup();
    markup.open(
        "tunnel",
        "action",
        "create",
        "type",
        request.type().name(),
        "proxy",
        request.proxy() ? "yes" : "no");
    markup.open("client");
    for (InetAddress address : request.clientAddresses()) {
      markup.address(address, IpAddresses.text(address));
    }
    request.name().ifPresent(name -> markup.leaf("address", name, "type", "dn"));
    if (request.keepAlive().isPresent()) {
      // The address only tells the family; the broker names the one to ping.
      markup
          .open("keepalive", "interval", Long.toString(request.keepAlive().get().toSeconds()))
          .line(
              inner == IpVersion.IPV4
                  ? "    <address type=\"ipv4\">127.0.0.1</address>"
                  : "    <address type=\"ipv6\">::</address>")
          .close();
    }
    request.router().ifPresent(router -> router(markup, router));
    return markup.close().close().toString();
  }

  private static void router(Markup markup, RouterRequest router) {
    if (router.protocol().isPresent()) {
      markup.open("router", "protocol", router.protocol().get());
    } else {
      markup.open("router");
    }
    router
        .prefixLength()
        .ifPresent(length -> markup.line("   <prefix length=\"" + length + "\"/>"));
    if (!router.dnsServers().isEmpty()) {
      markup.open("dns_server");
      router.dnsServers().forEach(server -> dnsServer(markup, server));
      markup.close();
    }
    router.asNumber().ifPresent(number -> markup.line("   <as number=\"" + number + "\"/>"));
    markup.close();
  }

  static void dnsServer(Markup markup, DnsServer server) {
    if (server instanceof DnsServer.Address address) {
      markup.address(address.address(), IpAddresses.uncompressed(address.address()));
    } else if (server instanceof DnsServer.Name name) {
      markup.leaf("address", name.name(), "type", "dn");
    }
  }
}
