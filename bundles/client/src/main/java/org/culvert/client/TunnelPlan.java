package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.api.tunnel.TunnelType;

/**
 * Makes the client's view of a tunnel of a broker's offer, or says why that cannot be (RFC 5572
 * sections 4.7.3 and 4.7.4).
 */
final class TunnelPlan {
  /** The client has one tunnel; the same name lets a new one take the old one's place. */
  static final String ID = "client";

  /** Nobody is given more than a network of the old class A, or the like of it in IPv6. */
  private static final int SHORTEST_IPV4 = 8;

  private static final int SHORTEST_IPV6 = 16;

  private TunnelPlan() {}

  /**
   * Makes it.
   *
   * @param path the session's path
   * @param nat64 the NAT64 that it goes through: then the tunnel's outer addresses are of IPv6 here
   */
  static TunnelParameters of(
      ClientSettings settings, TunnelOffer offer, SignalingPath path, Optional<Nat64Prefix> nat64)
      throws UnusableOfferException {
    TunnelType type = offer.type();
    boolean inner4 = type.equals(TunnelType.V4V6);
    InetAddress local = offer.client().inner();
    InetAddress remote = offer.server().inner();
    checkInner(local, inner4);
    checkInner(remote, inner4);
    if (local.equals(remote)) {
      throw new UnusableOfferException("both ends have the address " + IpAddresses.text(local));
    }
    if (inner4 != settings.tunnelType().equals(TunnelType.V4V6)) {
      throw new UnusableOfferException(type + " cannot stand in for " + settings.tunnelType());
    }
    List<IpPrefix> locals = new ArrayList<>();
    locals.add(IpPrefix.host(local));
    if (offer.router().isPresent()) {
      locals.add(delegated(offer.router().get().prefix(), inner4));
    }
    RoutingProtocol routing = routing(settings, offer);
    List<IpPrefix> remotes = new ArrayList<>(settings.routes());
    cover(remotes, remote);
    if (inner4) {
      shared(offer, local).ifPresent(subnet -> cover(remotes, subnet));
    }
    Optional<KeepAlive> keepAlive = offer.keepAlive().map(said -> addressed(said, remote));
    if (keepAlive.isPresent()) {
      checkInner(keepAlive.get().address(), inner4);
      cover(remotes, keepAlive.get().address());
    }
    return new TunnelParameters(
        ID,
        TunnelParameters.Side.CLIENT,
        type,
        outer(offer, path, nat64),
        local,
        remote,
        remotes,
        locals,
        mtu(settings, offer),
        keepAlive,
        // What the routing daemon learns goes before what is configured, which still holds alone.
        routing.equals(RoutingProtocol.STATIC) ? PrefixRoutes.STATIC : PrefixRoutes.FLOATING,
        routing.equals(RoutingProtocol.OSPF) || routing.equals(RoutingProtocol.RIP));
  }

  /** Nothing may be spoken that the operator did not ask for. */
  private static RoutingProtocol routing(ClientSettings settings, TunnelOffer offer)
      throws UnusableOfferException {
    RoutingProtocol agreed =
        offer.router().map(router -> router.routing().protocol()).orElse(RoutingProtocol.STATIC);
    if (!agreed.equals(RoutingProtocol.STATIC) && !agreed.equals(settings.wishes().routing())) {
      throw new UnusableOfferException(
          "the broker wants to speak " + agreed + ", which was not asked for");
    }
    return agreed;
  }

  /** The smaller of what both ends have, for what is too big for one of them gets lost. */
  private static int mtu(ClientSettings settings, TunnelOffer offer) {
    int said = offer.mtu().orElse(settings.mtu());
    return Math.max(TunnelParameters.MINIMUM_MTU, Math.min(said, settings.mtu()));
  }

  /**
   * Returns a tunnel that receives and takes part in routing, but sends nothing: the only source
   * that it lets in is the other end's.
   */
  static TunnelParameters quiet(TunnelParameters plan) {
    return new TunnelParameters(
        plan.id(),
        plan.side(),
        plan.type(),
        plan.outer(),
        plan.localAddress(),
        plan.remoteAddress(),
        plan.remotePrefixes(),
        List.of(IpPrefix.host(plan.remoteAddress())),
        plan.mtu(),
        Optional.empty(),
        plan.prefixRoutes(),
        plan.ownLink());
  }

  /** A broker may echo the request's stand-in address; the tunnel's other end is meant then. */
  private static KeepAlive addressed(KeepAlive said, InetAddress remote) {
    InetAddress named = said.address();
    return named.isAnyLocalAddress() || named.isLoopbackAddress()
        ? new KeepAlive(said.interval(), remote)
        : said;
  }

  /**
   * Returns the subnet that both ends of an IPv4 tunnel are said to be in, so that it is reached
   * through the tunnel (RFC 5572 section 5.4); empty if it has no more than this end.
   */
  private static Optional<IpPrefix> shared(TunnelOffer offer, InetAddress local)
      throws UnusableOfferException {
    OptionalInt length = offer.client().innerLength();
    if (length.isEmpty() || length.getAsInt() == 32) {
      return Optional.empty();
    }
    if (length.getAsInt() < SHORTEST_IPV4 || length.getAsInt() > 32) {
      throw new UnusableOfferException(
          length.getAsInt() + " is no length for the subnet inside a tunnel");
    }
    return Optional.of(IpPrefix.containing(local, length.getAsInt()));
  }

  private static OuterEndpoints outer(
      TunnelOffer offer, SignalingPath path, Optional<Nat64Prefix> nat64)
      throws UnusableOfferException {
    TunnelType type = offer.type();
    boolean outer4 = !type.equals(TunnelType.V4V6);
    if (nat64.isPresent() && !type.equals(TunnelType.V6UDPV4)) {
      throw new UnusableOfferException(
          type + " was offered through a NAT64, which passes nothing of it but UDP");
    }
    if (nat64.isEmpty() && path.isIpv4() != outer4) {
      throw new UnusableOfferException(
          type + " was offered in a session over IPv" + (path.isIpv4() ? 4 : 6));
    }
    if (type.equals(TunnelType.V6UDPV4)) {
      if (path.transport() != SignalingPath.Transport.UDP) {
        throw new UnusableOfferException(
            "v6udpv4 was offered in a session over " + path.transport());
      }
      return new OuterEndpoints(path.local(), path.remote());
    }
    if (!type.equals(TunnelType.V6V4) && !type.equals(TunnelType.V4V6)) {
      throw new UnusableOfferException("the type " + type + " is not known to this client");
    }
    InetAddress remote = offer.server().outer();
    if (remote.isAnyLocalAddress() || remote.isMulticastAddress()) {
      throw new UnusableOfferException(
          "the tunnel server's address " + IpAddresses.text(remote) + " is none to send to");
    }
    return OuterEndpoints.withoutPorts(path.local().getAddress(), remote);
  }

  private static void checkInner(InetAddress address, boolean inner4)
      throws UnusableOfferException {
    if (address instanceof Inet4Address != inner4
        || address.isAnyLocalAddress()
        || address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isMulticastAddress()) {
      throw new UnusableOfferException(
          IpAddresses.text(address) + " is no address for the inside of a tunnel");
    }
  }

  private static IpPrefix delegated(IpPrefix prefix, boolean inner4) throws UnusableOfferException {
    InetAddress network = prefix.network();
    if (network instanceof Inet4Address != inner4
        || prefix.length() < (inner4 ? SHORTEST_IPV4 : SHORTEST_IPV6)
        || network.isLinkLocalAddress()
        || network.isMulticastAddress()
        || network.isLoopbackAddress()) {
      throw new UnusableOfferException(prefix + " is no prefix to be delegated");
    }
    return prefix;
  }

  private static void cover(List<IpPrefix> prefixes, InetAddress address) {
    cover(prefixes, IpPrefix.host(address));
  }

  private static void cover(List<IpPrefix> prefixes, IpPrefix more) {
    if (prefixes.stream().noneMatch(prefix -> prefix.contains(more))) {
      prefixes.removeIf(more::contains);
      prefixes.add(more);
    }
  }
}
