package org.culvert.api.tunnel;

import java.time.Duration;
import java.util.Optional;

/**
 * One tunnel at an endpoint, at the moment of asking.
 *
 * @param parameters what was asked for
 * @param state how it stands
 * @param counters what it carried
 * @param silence time since the last packet came out of the tunnel, as exact as the keepalive's
 *     supervision; empty while none has come since it was opened as it is now
 * @param otherEnd what is known of the other end; of no meaning while the tunnel is not up
 * @param mtu octets of the largest inner packet that goes into the tunnel now: what was agreed, or
 *     what its path was found to carry
 * @param quiet how long nothing came out of the tunnel, at most and at last; empty where nobody
 *     watches that
 * @param seen time since the last packet came out of the tunnel, also if it was opened otherwise
 *     then; empty while none is known of
 * @param warning what others on this host do to some packets of a tunnel that is up, and what to do
 *     about it; empty: nothing is known
 */
public record TunnelStatus(
    TunnelParameters parameters,
    TunnelState state,
    TunnelCounters counters,
    Optional<Duration> silence,
    OtherEnd otherEnd,
    int mtu,
    Optional<Quiet> quiet,
    Optional<Duration> seen,
    Optional<String> warning) {

  /**
   * How long nothing came out of a tunnel before it was asked for a sign of life. What forgets a
   * quiet tunnel, like a NAT, does so after more than the one and after no more than the other.
   *
   * @param survived the longest time that ended with a packet out of the tunnel
   * @param last the time before the first request that is not answered yet; zero: there is none
   */
  public record Quiet(Duration survived, Duration last) {}

  /** What is known of a tunnel's other end. */
  public enum OtherEnd {
    /** No packet has come out of the tunnel yet: it may work or not. */
    AWAITED,
    /** Packets have come out of the tunnel, and it is not silent. */
    HEARD,
    /** It owes a sign of life for longer than the keepalive allows. */
    SILENT
  }

  /** Describes a tunnel that others on this host do nothing to. */
  public TunnelStatus(
      TunnelParameters parameters,
      TunnelState state,
      TunnelCounters counters,
      Optional<Duration> silence,
      OtherEnd otherEnd,
      int mtu,
      Optional<Quiet> quiet,
      Optional<Duration> seen) {
    this(parameters, state, counters, silence, otherEnd, mtu, quiet, seen, Optional.empty());
  }

  /** Describes a tunnel that is known only as it is open now. */
  public TunnelStatus(
      TunnelParameters parameters,
      TunnelState state,
      TunnelCounters counters,
      Optional<Duration> silence,
      OtherEnd otherEnd,
      int mtu,
      Optional<Quiet> quiet) {
    this(parameters, state, counters, silence, otherEnd, mtu, quiet, silence);
  }

  /** Describes a tunnel that nobody watches being quiet. */
  public TunnelStatus(
      TunnelParameters parameters,
      TunnelState state,
      TunnelCounters counters,
      Optional<Duration> silence,
      OtherEnd otherEnd,
      int mtu) {
    this(parameters, state, counters, silence, otherEnd, mtu, Optional.empty());
  }

  /** Describes a tunnel whose MTU is what was agreed. */
  public TunnelStatus(
      TunnelParameters parameters,
      TunnelState state,
      TunnelCounters counters,
      Optional<Duration> silence,
      OtherEnd otherEnd) {
    this(parameters, state, counters, silence, otherEnd, parameters.mtu());
  }

  /** Describes a tunnel that is not silent. */
  public TunnelStatus(
      TunnelParameters parameters,
      TunnelState state,
      TunnelCounters counters,
      Optional<Duration> silence) {
    this(
        parameters,
        state,
        counters,
        silence,
        silence.isPresent() ? OtherEnd.HEARD : OtherEnd.AWAITED);
  }
}
