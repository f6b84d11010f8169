package org.culvert.endpoint;

import java.util.Optional;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/**
 * How a desired tunnel stands.
 *
 * @param supervision present while the tunnel is up
 */
record Standing(TunnelParameters parameters, TunnelState state, Optional<Supervision> supervision) {

  TunnelStatus status(TunnelCounters counters, long now) {
    return new TunnelStatus(
        parameters, state, counters, supervision.flatMap(watch -> watch.silence(now)));
  }
}
