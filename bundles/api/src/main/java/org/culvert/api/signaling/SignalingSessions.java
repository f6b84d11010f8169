package org.culvert.api.signaling;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.tunnel.SignalingPath;
import org.osgi.annotation.versioning.ConsumerType;

/** The TSP sessions that this server is holding. */
@ConsumerType
public interface SignalingSessions {

  /** Returns the addresses that are listened on. */
  List<Listener> listeners();

  /** Returns the sessions at this moment. */
  List<SessionSummary> sessions();

  /** Returns how many inputs were refused or dropped, by a short reason. */
  Map<String, Long> refusals();

  /** Returns what was refused lately, the latest first; what is alike is one entry. */
  List<RefusedAttempt> refusedAttempts();

  /**
   * Returns what was refused lately to whoever gave this name, the latest first: to a user, or to
   * one whose name no account has.
   */
  default List<RefusedAttempt> refusedAttempts(String user) {
    return refusedAttempts().stream()
        .filter(attempt -> attempt.user().filter(user::equals).isPresent())
        .toList();
  }

  /**
   * An open port.
   *
   * @param transport TCP, TLS or UDP
   * @param address where
   */
  record Listener(SignalingPath.Transport transport, InetSocketAddress address) {}

  /**
   * One session.
   *
   * @param id names it in tables
   * @param path its path
   * @param phase where it stands, in the RFC's words
   * @param version what the client announced
   * @param user whom it authenticated as
   * @param age since its first octet
   */
  record SessionSummary(
      String id,
      SignalingPath path,
      String phase,
      Optional<String> version,
      Optional<String> user,
      Duration age) {}
}
