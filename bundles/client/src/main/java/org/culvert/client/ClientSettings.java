package org.culvert.client;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * The checked configuration.
 *
 * @param servers the brokers, in the order to ask them in
 * @param credentials whom to authenticate as, and by which means; the password is empty where a
 *     file holds it
 * @param passwordFile the file that holds the password
 * @param tunnelType the type to ask for first
 * @param wishes what to ask for beside the tunnel
 * @param keepAlive the interval to ask for; empty: none
 * @param routes what to send into the tunnel
 * @param transports what may carry the session, in order of preference
 * @param referrals which referrals to follow
 * @param nat64 what is said about NAT64
 * @param mtu the tunnel's inner MTU in octets
 * @param retryMin the shortest wait after a failure
 * @param retryMax the longest wait after a failure
 * @param state the file that remembers what worked
 */
record ClientSettings(
    List<BrokerAddress> servers,
    Credentials credentials,
    Optional<PasswordFile> passwordFile,
    TunnelType tunnelType,
    Wishes wishes,
    Optional<Duration> keepAlive,
    List<IpPrefix> routes,
    List<Transport> transports,
    ReferralTrust referrals,
    Nat64Wish nat64,
    int mtu,
    Duration retryMin,
    Duration retryMax,
    Path state) {

  /** The types that a client may ask for. */
  static final Set<TunnelType> TYPES =
      Set.of(TunnelType.V6ANYV4, TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);

  /** Copies the lists. */
  ClientSettings {
    servers = List.copyOf(servers);
    routes = List.copyOf(routes);
    transports = List.copyOf(transports);
  }

  /** Returns the same with another keepalive to ask for, and the password of this moment. */
  ClientSettings asking(Optional<Duration> interval, Credentials now) {
    return new ClientSettings(
        servers,
        now,
        passwordFile,
        tunnelType,
        wishes,
        interval,
        routes,
        transports,
        referrals,
        nat64,
        mtu,
        retryMin,
        retryMax,
        state);
  }

  /** Tells whether the session of a type runs over IPv4 (RFC 5572 section 4.4.1). */
  static boolean overIpv4(TunnelType type) {
    return !type.equals(TunnelType.V4V6);
  }

  /** Returns the file that remembers what is provided with the tunnel, beside the other one. */
  Path provided() {
    return state.resolveSibling(state.getFileName() + ".services");
  }

  /** Returns the port of a broker for which none is written. */
  int defaultPort() {
    return defaultPort(transports);
  }

  /** Returns the same for transports: TLS has a port of its own, and is never one among others. */
  static int defaultPort(List<Transport> transports) {
    return transports.contains(Transport.TLS) ? SignalingTarget.TLS_PORT : SignalingTarget.PORT;
  }

  /** Returns the transports that may carry a session that asks for a type. */
  List<Transport> transportsFor(TunnelType type) {
    return type.equals(TunnelType.V6UDPV4)
        ? transports.stream().filter(Transport.UDP::equals).toList()
        : transports;
  }
}
