package org.culvert.protocol;

import java.time.Duration;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath.Transport;

/** Where a session stands (RFC 5572 section 4.2). */
public enum Phase {
  /** The server awaits {@code VERSION}. */
  VERSION,
  /** The server awaits {@code AUTHENTICATE}, or a mechanism's message. */
  AUTHENTICATION,
  /** The server awaits a command. */
  COMMAND,
  /** The server has made an offer and awaits {@code accept} or {@code reject}. */
  RESPONSE,
  /** The session is over. */
  CLOSED;

  private static final Duration FIRST_WORD = Duration.ofSeconds(10);
  private static final Duration LINES = Duration.ofSeconds(30);

  /** Clients in the field send a datagram again for up to 66 seconds. */
  private static final Duration RETRANSMISSION = Duration.ofSeconds(70);

  /** Returns how long a server waits in this phase, counted from entering it. */
  Duration limit(Transport transport) {
    return switch (this) {
      case VERSION -> FIRST_WORD;
      case AUTHENTICATION -> transport.isStream() ? LINES : RETRANSMISSION;
      case COMMAND, RESPONSE -> RETRANSMISSION;
      case CLOSED -> Duration.ZERO;
    };
  }

  /** Returns what a server answers to octets that never become a message in this phase. */
  StatusCode error() {
    return switch (this) {
      case VERSION -> StatusCode.UNSUPPORTED_VERSION;
      case AUTHENTICATION -> StatusCode.AUTHENTICATION_FAILED;
      case COMMAND, RESPONSE, CLOSED -> StatusCode.INVALID_REQUEST;
    };
  }
}
