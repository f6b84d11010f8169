package org.culvert.api.client;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.tunnel.SignalingPath;

/**
 * How the tunnel client stands.
 *
 * @param phase what it is doing
 * @param since since when
 * @param broker the broker asked last, with transport and version
 * @param path the path of the session that got the present tunnel
 * @param offer what the present tunnel is
 * @param lastError what went wrong last, in one line
 * @param connects how many tunnels it has brought up since its start
 */
public record ClientStatus(
    Phase phase,
    Instant since,
    Optional<String> broker,
    Optional<SignalingPath> path,
    Optional<TunnelOffer> offer,
    Optional<String> lastError,
    long connects) {

  /** What a client is doing. */
  public enum Phase {
    /** It is asking a broker. */
    CONNECTING,
    /** It has a tunnel. */
    CONNECTED,
    /** It waits before it asks again. */
    WAITING
  }
}
