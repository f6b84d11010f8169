package org.culvert.protocol;

import java.util.Optional;
import org.culvert.api.net.IpAddresses;
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
      return new Outcome.Refused(
          StatusCode.UNSUPPORTED_VERSION,
          announced.flatMap(version -> others(version, path, services.referral())),
          "unsupported version");
    }
    CapabilityLine capabilities =
        CapabilityLine.of(services.broker().profiles(path), services.mechanisms());
    if (capabilities.tunnels().isEmpty() || capabilities.mechanisms().isEmpty()) {
      // The only reply that makes clients come back later, when a bundle may have returned.
      return new Outcome.Refused(StatusCode.SERVER_BUSY, Optional.empty(), "nothing to offer");
    }
    return new Outcome.Spoken(spoken.get(), capabilities);
  }

  /**
   * Returns the brokers to name: none to an old client that may come back by TCP with this version,
   * and not the address that the client has just come to, for it would come back at once.
   */
  private static Optional<Referral> others(
      TspVersion version, SignalingPath path, Optional<Referral> referral) {
    if (version.isSpokenOn(Transport.TCP)) {
      return Optional.empty();
    }
    String here = IpAddresses.text(path.local().getAddress());
    return referral
        .map(
            brokers ->
                brokers.brokers().stream().filter(broker -> !isAddress(broker, here)).toList())
        .filter(brokers -> !brokers.isEmpty())
        .map(Referral::new);
  }

  private static boolean isAddress(String broker, String address) {
    try {
      return IpAddresses.text(IpAddresses.parse(broker)).equals(address);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }
}
