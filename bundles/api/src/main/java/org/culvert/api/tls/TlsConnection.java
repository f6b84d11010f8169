package org.culvert.api.tls;

import java.util.Optional;
import javax.net.ssl.SSLEngine;
import org.osgi.annotation.versioning.ConsumerType;

/** One connection's TLS: the engine that does it, and what is known once its handshake is over. */
@ConsumerType
public interface TlsConnection {

  /** Returns the engine, always the same, ready for its handshake. */
  SSLEngine engine();

  /**
   * Returns octets that only the two ends of this connection know (RFC 5056).
   *
   * @param type a registered name such as {@code tls-exporter} (see {@link
   *     org.culvert.api.account.ChannelBindingCallback})
   * @return empty before the handshake is over, and where this connection has none of the type
   */
  Optional<byte[]> channelBinding(String type);

  /**
   * Returns the user whom the peer's certificate names, in the way that the operator decided.
   *
   * @return empty before the handshake is over, and where the peer showed no certificate that is
   *     trusted and names a user
   */
  Optional<String> peerUser();
}
