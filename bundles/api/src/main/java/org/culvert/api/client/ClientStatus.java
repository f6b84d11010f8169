package org.culvert.api.client;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.service.Duty;
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
 * @param services what hands the tunnel's prefix on and speaks through it
 * @param keepAlive what the operator should know of the keepalive, in one line: it differs from
 *     what was configured
 * @param lastErrorAt when it went wrong; empty if nothing did, or if that is not known
 * @param asksAt when it asks a broker next, while it waits for that
 */
public record ClientStatus(
    Phase phase,
    Instant since,
    Optional<String> broker,
    Optional<SignalingPath> path,
    Optional<TunnelOffer> offer,
    Optional<String> lastError,
    long connects,
    List<Service> services,
    Optional<String> keepAlive,
    Optional<Instant> lastErrorAt,
    Optional<Instant> asksAt) {

  /** Copies the list. */
  public ClientStatus {
    services = List.copyOf(services);
  }

  /** Describes a client without services. */
  public ClientStatus(
      Phase phase,
      Instant since,
      Optional<String> broker,
      Optional<SignalingPath> path,
      Optional<TunnelOffer> offer,
      Optional<String> lastError,
      long connects) {
    this(
        phase,
        since,
        broker,
        path,
        offer,
        lastError,
        connects,
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** Returns the same with other services. */
  public ClientStatus with(List<Service> others) {
    return new ClientStatus(
        phase,
        since,
        broker,
        path,
        offer,
        lastError,
        connects,
        others,
        keepAlive,
        lastErrorAt,
        asksAt);
  }

  /** Returns the same with another word about the keepalive. */
  public ClientStatus noting(Optional<String> word) {
    return new ClientStatus(
        phase,
        since,
        broker,
        path,
        offer,
        lastError,
        connects,
        services,
        word,
        lastErrorAt,
        asksAt);
  }

  /** Returns the same with the time of the last error. */
  public ClientStatus failedAt(Optional<Instant> time) {
    return new ClientStatus(
        phase, since, broker, path, offer, lastError, connects, services, keepAlive, time, asksAt);
  }

  /** Returns the same with the time at which it asks next. */
  public ClientStatus askingAt(Optional<Instant> time) {
    return new ClientStatus(
        phase,
        since,
        broker,
        path,
        offer,
        lastError,
        connects,
        services,
        keepAlive,
        lastErrorAt,
        time);
  }

  /**
   * How a service at the client's end stands.
   *
   * @param name the service's name
   * @param goal whether it shall be provided or withdrawn
   * @param state how that stands
   * @param since since when it stands so
   * @param problem why it was in vain, in one line
   * @param detail what the service itself says of it, for example {@code Established, 1 prefix}
   */
  public record Service(
      String name,
      Duty.Goal goal,
      Duty.State state,
      Instant since,
      Optional<String> problem,
      Optional<String> detail) {}

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
