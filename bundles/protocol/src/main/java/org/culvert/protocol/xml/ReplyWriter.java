package org.culvert.protocol.xml;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.KeepAlive;

/** Writes what a broker answers. */
public final class ReplyWriter {
  private ReplyWriter() {}

  /**
   * Writes an offer, its final CR LF included: all four addresses, whatever the tunnel's type, and
   * every IPv6 address in full, since old clients count characters.
   */
  public static String offer(TunnelOffer offer) {
    Markup markup = new Markup();
    markup.open("tunnel", attributes(offer));
    markup.open("server");
    party(markup, offer.server());
    offer.router().map(RouterGrant::routing).ifPresent(routing -> peer(markup, routing));
    markup.close().open("client");
    party(markup, offer.client());
    offer.router().ifPresent(router -> router(markup, router));
    resolvers(markup, offer.resolvers());
    offer.keepAlive().ifPresent(keepAlive -> keepAlive(markup, keepAlive));
    return markup.close().close().toString();
  }

  /** Writes a list of brokers, its final CR LF included. */
  public static String referral(Referral referral) {
    Markup markup = new Markup();
    markup.open("tunnel", "action", "list", "type", "broker").open("broker");
    for (String broker : referral.brokers()) {
      markup.leaf("address", broker, "type", Brokers.type(broker));
    }
    return markup.close().close().toString();
  }

  private static String[] attributes(TunnelOffer offer) {
    List<String> attributes = new ArrayList<>();
    attributes.addAll(List.of("action", "info", "type", offer.type().name()));
    offer
        .lifetime()
        .ifPresent(
            time -> attributes.addAll(List.of("lifetime", String.valueOf(time.toMinutes()))));
    offer.mtu().ifPresent(mtu -> attributes.addAll(List.of("mtu", String.valueOf(mtu))));
    return attributes.toArray(String[]::new);
  }

  private static void party(Markup markup, TunnelOffer.Party party) {
    // IPv4 stands first, as in the figures of the RFC; of two alike the outer address does.
    boolean innerFirst =
        party.inner() instanceof Inet4Address && !(party.outer() instanceof Inet4Address);
    if (innerFirst) {
      inner(markup, party);
    }
    markup.address(party.outer(), IpAddresses.uncompressed(party.outer()));
    if (!innerFirst) {
      inner(markup, party);
    }
    party.name().ifPresent(name -> markup.leaf("address", name, "type", "dn"));
  }

  private static void inner(Markup markup, TunnelOffer.Party party) {
    String address = IpAddresses.uncompressed(party.inner());
    if (party.innerLength().isPresent()) {
      String length = String.valueOf(party.innerLength().getAsInt());
      markup.leaf("address", address, "type", Markup.family(party.inner()), "length", length);
    } else {
      markup.address(party.inner(), address);
    }
  }

  /** Tells what the server speaks; where nothing is spoken there is nothing to tell. */
  private static void peer(Markup markup, RoutingAgreement routing) {
    if (!routing.isStatic()) {
      openRouter(markup, routing);
      autonomousSystem(markup, routing.serverAs());
      markup.close();
    }
  }

  /** Old clients have never seen the attribute, and ask for nothing that would need it. */
  private static Markup openRouter(Markup markup, RoutingAgreement routing) {
    return routing.isStatic()
        ? markup.open("router")
        : markup.open("router", "protocol", routing.protocol().name());
  }

  private static void autonomousSystem(Markup markup, OptionalLong number) {
    if (number.isPresent()) {
      markup.leaf("as", "", "number", Long.toString(number.getAsLong()));
    }
  }

  private static void router(Markup markup, RouterGrant router) {
    IpPrefix prefix = router.prefix();
    openRouter(markup, router.routing())
        .leaf(
            "prefix",
            IpAddresses.uncompressed(prefix.network()),
            "length",
            Integer.toString(prefix.length()));
    if (!router.dnsServers().isEmpty()) {
      markup.open("dns_server");
      router.dnsServers().forEach(server -> RequestWriter.dnsServer(markup, server));
      markup.close();
    }
    autonomousSystem(markup, router.routing().clientAs());
    markup.close();
  }

  private static void resolvers(Markup markup, List<InetAddress> resolvers) {
    if (resolvers.isEmpty()) {
      return;
    }
    markup.open("dns_server");
    for (InetAddress resolver : resolvers) {
      markup.address(resolver, IpAddresses.uncompressed(resolver));
    }
    markup.close();
  }

  private static void keepAlive(Markup markup, KeepAlive keepAlive) {
    markup
        .open("keepalive", "interval", Long.toString(keepAlive.interval().toSeconds()))
        .address(keepAlive.address(), IpAddresses.uncompressed(keepAlive.address()))
        .close();
  }
}
