package org.culvert.client;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * Which transport and version to try next at one broker (RFC 5572 section 4.4.1).
 *
 * <p>The preferred transport comes first, each with its versions from the newest down; version
 * 1.0.1, which knows TCP and the v6v4 tunnel only, comes last.
 */
final class Ladder {
  /** What is announced, newest first; {@code 2.0} is what the first draft calls itself. */
  static final List<String> VERSIONS = List.of("2.0.2", "2.0.1", "2.0.0", "2.0");

  /** What is announced unless there is a reason not to. */
  static final String NEWEST = VERSIONS.get(0);

  /** The old protocol over TCP. */
  static final String OLD_VERSION = "1.0.1";

  private final List<Rung> rungs = new ArrayList<>();
  private final Optional<String> spoken;
  private final Set<String> doubted = new HashSet<>();

  /**
   * @param type what will be asked for
   * @param transports what may carry the session, in order
   * @param remembered what worked at this broker last time, to be tried first
   * @param spoken the highest version that this broker is known to have spoken
   */
  Ladder(
      TunnelType type,
      List<Transport> transports,
      Optional<Rung> remembered,
      Optional<String> spoken) {
    this.spoken = spoken;
    for (Transport transport : transports) {
      VERSIONS.forEach(version -> rungs.add(new Rung(transport, version)));
    }
    if (transports.contains(Transport.TCP)
        && (type.equals(TunnelType.V6V4) || type.equals(TunnelType.V6ANYV4))) {
      rungs.add(new Rung(Transport.TCP, OLD_VERSION));
    }
    remembered.filter(rungs::remove).ifPresent(rung -> rungs.add(0, rung));
  }

  /** Returns what to try now; empty if nothing is left. */
  Optional<Rung> rung() {
    return rungs.stream().findFirst();
  }

  /**
   * The broker does not speak the present version, whatever carries it, or so it was said. If it is
   * known to have spoken it, it is asked once more: one message, which anybody on the way can
   * forge, moves nobody to an older version.
   *
   * @param proved whether the broker had proved who it is
   */
  void versionRefused(boolean proved) {
    String version = rungs.get(0).version();
    boolean known = spoken.filter(highest -> !isBelow(highest, version)).isPresent();
    if (known && !proved && doubted.add(version)) {
      return;
    }
    rungs.removeIf(rung -> rung.version().equals(version));
  }

  /** The broker cannot be spoken to over the present transport, whatever the version. */
  void transportFailed() {
    Transport transport = rungs.get(0).transport();
    rungs.removeIf(rung -> rung.transport() == transport);
  }

  /** Returns whether another transport than the present one is left. */
  boolean hasOtherTransport() {
    Transport transport = rungs.get(0).transport();
    return rungs.stream().anyMatch(rung -> rung.transport() != transport);
  }

  /** Tells whether one version is older than another. */
  static boolean isBelow(String version, String other) {
    return age(version) > age(other);
  }

  private static int age(String version) {
    int place = VERSIONS.indexOf(version);
    return place < 0 ? VERSIONS.size() : place;
  }

  /**
   * One try.
   *
   * @param transport what carries the session
   * @param version what the client announces
   */
  record Rung(Transport transport, String version) {}
}
