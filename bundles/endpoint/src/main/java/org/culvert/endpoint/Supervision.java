package org.culvert.endpoint;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether one open tunnel's other end lives. Times are nanoseconds of one monotonic clock.
 *
 * <p>Whatever comes out of the tunnel proves life (RFC 5572 section 4.4.3.1). Confined to the
 * endpoint's thread, but for {@link #silence}.
 */
final class Supervision {
  /** What a look at the tunnel showed. */
  enum Finding {
    /** Nothing to tell. */
    AS_BEFORE,
    /** The other end has just fallen silent. */
    SILENT,
    /** The other end is heard again. */
    HEARD_AGAIN
  }

  private static final Duration SERVER_SLACK = Duration.ofSeconds(15);
  private static final int SERVER_INTERVALS = 3;

  private final long begun;
  private final @Nullable Probes probes;
  private final long patience;
  private volatile @Nullable Long heard;
  private long received;
  private boolean silent;

  /**
   * Begins to watch.
   *
   * @param received how many packets had come out of the tunnel by then
   * @param heard when the last of them came, if that is known
   */
  Supervision(
      TunnelParameters tunnel, long now, long received, Optional<Long> heard, Jitter jitter) {
    this.begun = now;
    this.received = received;
    this.heard = heard.orElse(null);
    Optional<KeepAlive> keepAlive = tunnel.keepAlive();
    this.probes =
        tunnel.side() == Side.CLIENT && keepAlive.isPresent()
            ? new Probes(keepAlive.get().interval(), now, jitter)
            : null;
    // A client's detection takes three intervals and five seconds; the server must not be quicker.
    this.patience =
        tunnel.side() == Side.SERVER && keepAlive.isPresent()
            ? keepAlive.get().interval().multipliedBy(SERVER_INTERVALS).plus(SERVER_SLACK).toNanos()
            : Long.MAX_VALUE;
  }

  /** Takes the tunnel's count of received packets into account. */
  Finding look(long now, long receivedByNow) {
    boolean more = receivedByNow > received;
    // Fewer than before: another datapath counts from zero, and that proves nothing.
    received = receivedByNow;
    if (more) {
      heard = now;
      if (probes != null) {
        probes.answered();
      }
      boolean again = silent;
      silent = false;
      return again ? Finding.HEARD_AGAIN : Finding.AS_BEFORE;
    }
    Long last = heard;
    long since = last == null ? begun : Math.max(last, begun);
    boolean overdue = now - since > patience || (probes != null && probes.areMissed(now));
    if (overdue && !silent) {
      silent = true;
      return Finding.SILENT;
    }
    return Finding.AS_BEFORE;
  }

  /** Returns the sequence number of the echo request that is due now, if one is. */
  Optional<Integer> due(long now) {
    return probes == null ? Optional.empty() : probes.due(now);
  }

  /** Returns when something came out of the tunnel last, as the last look saw it. */
  Optional<Long> heard() {
    return Optional.ofNullable(heard);
  }

  /** Returns the time since something came out of the tunnel. */
  Optional<Duration> silence(long now) {
    return heard().map(last -> Duration.ofNanos(Math.max(0, now - last)));
  }
}
