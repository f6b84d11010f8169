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
 *     supervision; empty while none has come
 */
public record TunnelStatus(
    TunnelParameters parameters,
    TunnelState state,
    TunnelCounters counters,
    Optional<Duration> silence) {}
