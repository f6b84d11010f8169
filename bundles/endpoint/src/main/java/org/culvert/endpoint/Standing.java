package org.culvert.endpoint;

import java.util.Optional;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;

/**
 * How a desired tunnel stands.
 *
 * @param supervision present while a datapath carries the tunnel, also where this host refuses it
 *     an address or a route, but not at a server whose outer address is gone
 * @param heardBefore when something last came out of it before that watch began, by the monotonic
 *     clock; proves nothing about the tunnel as it is now
 * @param warning what others, or this host, do to some packets of a tunnel that is up
 */
record Standing(
    TunnelParameters parameters,
    TunnelState state,
    Optional<Supervision> supervision,
    Optional<Long> heardBefore,
    Optional<String> warning) {

  /** Returns the same with another warning. */
  Standing warned(Optional<String> other) {
    return warning.equals(other)
        ? this
        : new Standing(parameters, state, supervision, heardBefore, other);
  }

  /** Returns when something last came out of the tunnel, as it stands now or stood before. */
  Optional<Long> heard() {
    return supervision.flatMap(Supervision::heard).or(() -> heardBefore);
  }

  /** Tells whether it is the same tunnel, whatever its user may reach through it. */
  boolean isWayOf(TunnelParameters tunnel) {
    return parameters.equals(tunnel) || parameters.in(tunnel.groups()).equals(tunnel);
  }

  /** Tells whether anything came out of the tunnel as it stands now. */
  boolean isHeard() {
    return supervision.filter(watch -> watch.otherEnd() != OtherEnd.AWAITED).isPresent();
  }

  /** Tells whether its other end has fallen silent. */
  boolean isSilent() {
    return supervision.filter(watch -> watch.otherEnd() == OtherEnd.SILENT).isPresent();
  }

  /** Describes it, with the MTU that its path was found to carry, if it was. */
  TunnelStatus status(TunnelCounters counters, Optional<Integer> mtu, long now) {
    return new TunnelStatus(
        parameters,
        state,
        counters,
        supervision.flatMap(watch -> watch.silence(now)),
        supervision.map(Supervision::otherEnd).orElse(OtherEnd.AWAITED),
        mtu.orElse(parameters.mtu()),
        supervision.flatMap(Supervision::quiet),
        heard().map(last -> Supervision.since(last, now)),
        warning);
  }
}
