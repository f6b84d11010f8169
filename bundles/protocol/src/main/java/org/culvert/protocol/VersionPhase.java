package org.culvert.protocol;

import java.util.Optional;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;

/** The answer to the first line of a session (RFC 5572 section 4.4.2). */
final class VersionPhase {

  /** What the line leads to. */
  sealed interface Outcome {
    /** The version is spoken here. */
    record Spoken(TspVersion version, CapabilityLine capabilities) implements Outcome {}

    /** The session has to end. */
    record Refused(StatusCode code, Optional<Referral> referral, String reason)
        implements Outcome {}
  }

  private VersionPhase() {}

  static Outcome answer(
      Optional<TspVersion> announced, SignalingPath path, SessionServices services) {
    Optional<TspVersion> spoken = announced.filter(version -> version.isSpokenOn(path.transport()));
    if (spoken.isEmpty()) {
      // An old client that may come back by TCP with this version must not be sent away, and what
      // announces no version at all is no client.
      boolean elsewhere = announced.filter(old -> !old.isSpokenOn(Transport.TCP)).isPresent();
      return new Outcome.Refused(
          StatusCode.UNSUPPORTED_VERSION,
          elsewhere ? services.referral() : Optional.empty(),
          "unsupported version");
    }
    CapabilityLine capabilities =
        CapabilityLine.of(services.broker().tunnelTypes(path), services.mechanisms());
    if (capabilities.tunnels().isEmpty() || capabilities.mechanisms().isEmpty()) {
      // The only reply that makes clients come back later, when a bundle may have returned.
      return new Outcome.Refused(StatusCode.SERVER_BUSY, Optional.empty(), "nothing to offer");
    }
    return new Outcome.Spoken(spoken.get(), capabilities);
  }
}
