package org.culvert.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelStatus;

/**
 * The tunnel that the client's endpoint holds.
 *
 * @param parameters what the endpoint was told
 * @param offer what the broker said
 * @param path the session that got it
 * @param since since when, a moment of {@link Timepiece#nanos()}
 */
record Held(TunnelParameters parameters, TunnelOffer offer, SignalingPath path, long since) {

  /** Tells whether what an endpoint says is about this tunnel, and not about one before it. */
  boolean isMeant(TunnelStatus status) {
    TunnelParameters told = status.parameters();
    return told.type().equals(parameters.type())
        && told.outer().equals(parameters.outer())
        && told.localAddress().equals(parameters.localAddress())
        && told.keepAlive().equals(parameters.keepAlive());
  }

  /** Returns the interval of the keepalive; empty: there is none. */
  Optional<Duration> interval() {
    return parameters.keepAlive().map(KeepAlive::interval);
  }

  /** Returns the local address that it stands on. */
  InetAddress localAddress() {
    return path.local().getAddress();
  }

  /** Describes what to ask for so that this very tunnel goes on. */
  Pursuit.Renewed renewed(Credentials credentials) {
    InetSocketAddress end = parameters.outer().local();
    return new Pursuit.Renewed(
        path.remote(),
        Optional.of(end).filter(at -> at.getPort() != 0),
        Optional.of(parameters.localAddress()).filter(a -> credentials.isAnonymous()));
  }

  /** Tells whether a routing protocol was agreed on. */
  boolean speaks(RoutingProtocol protocol) {
    return offer.router().filter(r -> r.routing().protocol().equals(protocol)).isPresent();
  }

  /**
   * Describes it for those that provide something with it.
   *
   * @param device the inner device, as far as it is known
   */
  ServedTunnel served(Credentials credentials, Optional<String> device) {
    return new ServedTunnel(
        parameters.id(),
        parameters.side(),
        credentials.user().orElse("anonymous"),
        credentials.isAnonymous(),
        parameters.type(),
        parameters.remoteAddress(),
        parameters.localAddress(),
        offer.router().map(RouterGrant::prefix),
        device,
        new Arrangements(
            offer.client().name(),
            offer.router().map(RouterGrant::dnsServers).orElse(List.of()),
            offer.router().map(RouterGrant::routing)));
  }

  /** Describes it in one line. */
  @Override
  public String toString() {
    return parameters.type()
        + ", "
        + IpAddresses.text(parameters.localAddress())
        + offer.router().map(router -> " and " + router.prefix()).orElse("")
        + ", "
        + text(parameters.outer().local())
        + " to "
        + text(parameters.outer().remote());
  }

  static String text(InetSocketAddress end) {
    String address = IpAddresses.text(end.getAddress());
    if (end.getPort() == 0) {
      return address;
    }
    return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + end.getPort();
  }
}
