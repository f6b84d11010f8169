package org.culvert.protocol.xml;

import java.net.InetAddress;
import java.util.List;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;

/** Writes what a broker answers. */
public final class ReplyWriter {
  private static final int POINT_TO_POINT = 30;
  private static final int HOST = 32;

  private ReplyWriter() {}

  /**
   * Writes an offer, its final CR LF included: all four addresses, whatever the tunnel's type, and
   * every IPv6 address in full, since old clients count characters.
   */
  public static String offer(TunnelOffer offer) {
    Markup markup = new Markup();
    if (offer.lifetime().isPresent()) {
      markup.open(
          "tunnel",
          "action",
          "info",
          "type",
          offer.type().name(),
          "lifetime",
          Long.toString(offer.lifetime().get().toMinutes()));
    } else {
      markup.open("tunnel", "action", "info", "type", offer.type().name());
    }
    markup.open("server");
    party(markup, offer, offer.server());
    markup.close().open("client");
    party(markup, offer, offer.client());
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

  private static void party(Markup markup, TunnelOffer offer, TunnelOffer.Party party) {
    if (offer.type().equals(TunnelType.V4V6)) {
      markup.leaf(
          "address",
          IpAddresses.uncompressed(party.ipv4()),
          "type",
          "ipv4",
          "length",
          Integer.toString(innerLength(offer)));
    } else {
      markup.address(party.ipv4(), IpAddresses.uncompressed(party.ipv4()));
    }
    markup.address(party.ipv6(), IpAddresses.uncompressed(party.ipv6()));
    party.name().ifPresent(name -> markup.leaf("address", name, "type", "dn"));
  }

  /** The two ends share a link of four addresses if they can, else each stands alone. */
  private static int innerLength(TunnelOffer offer) {
    IpPrefix link = IpPrefix.containing(offer.server().ipv4(), POINT_TO_POINT);
    boolean shared =
        link.contains(offer.client().ipv4())
            && isHostOf(link, offer.client().ipv4())
            && isHostOf(link, offer.server().ipv4());
    return shared ? POINT_TO_POINT : HOST;
  }

  private static boolean isHostOf(IpPrefix link, InetAddress address) {
    int host = (address.getAddress()[3] ^ link.network().getAddress()[3]) & 3;
    return host == 1 || host == 2;
  }

  private static void router(Markup markup, RouterGrant router) {
    IpPrefix prefix = router.prefix();
    markup
        .open("router")
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
