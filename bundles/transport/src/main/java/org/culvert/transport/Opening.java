package org.culvert.transport;

import java.util.Optional;
import java.util.function.Supplier;
import org.culvert.api.tls.TlsConnection;
import org.culvert.api.tunnel.SignalingPath;

/**
 * What a session that is about to open is known by.
 *
 * @param path its path, seen from here
 * @param tls what carries it, to be asked when the handshake is over
 * @param capabilityRoom the octets that its CAPABILITY line may have
 * @param claim takes note of whom its client claims to be
 */
record Opening(
    SignalingPath path, Supplier<Optional<TlsConnection>> tls, int capabilityRoom, Claim claim) {

  /** A session on a stream. */
  static Opening stream(SignalingPath path, Supplier<Optional<TlsConnection>> tls) {
    return new Opening(path, tls, CapabilityRoom.AMPLE, new Claim());
  }

  /** A session that begins with a datagram of so many octets, from whomever. */
  static Opening datagram(SignalingPath path, int length) {
    return new Opening(path, Optional::empty, Replies.room(length), new Claim());
  }
}
