package org.culvert.client;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;

/**
 * What is heard through the tunnel that the client holds: asked of the endpoint each time, since
 * what was told a moment ago may be about a tunnel that was replaced. Confined to the {@link
 * EventLoop}.
 */
final class Hearing {
  private final TunnelEndpoint endpoint;
  private final Backoff backoff;

  /** Whether the last tunnel carried nothing, whatever its type. */
  private boolean deaf;

  /**
   * @param backoff how long to wait where one tunnel after the other carries nothing
   */
  Hearing(TunnelEndpoint endpoint, Backoff backoff) {
    this.endpoint = endpoint;
    this.backoff = backoff;
  }

  /** Returns how a tunnel stands if its other end is silent now. */
  Optional<TunnelStatus> silence(Held held) {
    return status(held).filter(status -> status.otherEnd() == OtherEnd.SILENT);
  }

  /** Tells whether packets come out of a tunnel; then what failed before is forgotten. */
  boolean hears(Held held) {
    boolean hears = status(held).filter(s -> s.otherEnd() == OtherEnd.HEARD).isPresent();
    if (hears) {
      deaf = false;
      backoff.reset();
    }
    return hears;
  }

  /**
   * Notes that nothing ever came out of a tunnel.
   *
   * @param otherType whether another type is to be tried, which may carry
   * @return how long to wait before that: a broker that gives such tunnels is not to be pestered
   */
  Duration nothingCame(boolean otherType) {
    boolean first = !deaf;
    deaf = true;
    return first || otherType ? Duration.ZERO : backoff.next();
  }

  private Optional<TunnelStatus> status(Held held) {
    return endpoint.tunnel(held.parameters().id()).filter(held::isMeant);
  }
}
