package org.culvert.api.signaling;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.culvert.api.tunnel.SignalingPath;

/**
 * Whom to ask, and how.
 *
 * @param broker the broker's resolved address and port
 * @param host the broker as the operator or the referral wrote it; goes into a digest-uri
 * @param transport TCP, TLS on TCP, or reliable UDP
 * @param version the version to announce, for example {@code 2.0.0}
 * @param from the local address and port of a tunnel over UDP, for a session that renews it: the
 *     session shares the port if it can, so that the tunnel's outer endpoints stay what they are
 */
public record SignalingTarget(
    InetSocketAddress broker,
    String host,
    SignalingPath.Transport transport,
    String version,
    Optional<InetSocketAddress> from) {

  /** Returns a target that is asked from any port. */
  public SignalingTarget(
      InetSocketAddress broker, String host, SignalingPath.Transport transport, String version) {
    this(broker, host, transport, version, Optional.empty());
  }

  /** The port that IANA assigned to TSP. */
  public static final int PORT = 3653;

  /**
   * The port that Culvert serves TLS on by default. IANA assigned none: brokers may have others.
   */
  public static final int TLS_PORT = 3654;
}
