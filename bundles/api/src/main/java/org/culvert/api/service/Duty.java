package org.culvert.api.service;

import java.time.Instant;
import java.util.Optional;

/**
 * One thing that one service has to do for one tunnel, or has done. It is kept from before it is
 * tried first until it is withdrawn, so that nothing that was provided is ever forgotten.
 *
 * @param kind what kind of service it is for
 * @param service the service's {@link TunnelService#name}
 * @param tunnel the tunnel as it was when this was asked for
 * @param goal whether it shall be provided or withdrawn
 * @param state how that stands
 * @param since since when it stands so
 * @param attempts how often it was tried in vain
 * @param next when it is tried next; only where it is queued
 * @param problem why it was in vain, in one line
 */
public record Duty(
    Kind kind,
    String service,
    ServedTunnel tunnel,
    Goal goal,
    State state,
    Instant since,
    int attempts,
    Instant next,
    Optional<String> problem) {

  /** A kind of service. */
  public enum Kind {
    /** A {@link DnsRegistrar}. */
    DNS,
    /** A {@link RoutingService}. */
    ROUTING
  }

  /** What is wanted. */
  public enum Goal {
    /** It shall be there. */
    PROVIDED,
    /** It shall be gone; then the duty itself is forgotten. */
    WITHDRAWN
  }

  /** How it stands. */
  public enum State {
    /** It is tried again by itself. */
    QUEUED,
    /** It is as wanted. */
    DONE,
    /** It waits until somebody changes something. */
    FAILED
  }
}
