package org.culvert.client;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * The tunnel that the client's endpoint holds.
 *
 * @param parameters what the endpoint was told
 * @param offer what the broker said
 * @param path the session that got it
 * @param since since when
 */
record Held(TunnelParameters parameters, TunnelOffer offer, SignalingPath path, Instant since) {

  /** Tells whether the endpoint can by now have found this tunnel silent, and not one before it. */
  boolean canBeSilent(Instant now) {
    Duration interval = parameters.keepAlive().map(k -> k.interval()).orElse(Duration.ZERO);
    return !now.isBefore(since.plus(interval));
  }

  /** Returns the local address that it stands on. */
  InetAddress localAddress() {
    return path.local().getAddress();
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
