package org.culvert.endpoint;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;
import org.culvert.api.tunnel.TunnelStatus.Quiet;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether one open tunnel's other end lives. Times are nanoseconds of one monotonic clock.
 *
 * <p>Whatever comes out of the tunnel proves life (RFC 5572 section 4.6), but only of the tunnel as
 * it is open now: what came before a change of its type or its outer addresses proves nothing. It
 * is confined to the endpoint's thread, but for {@link #silence}, {@link #heard}, {@link #otherEnd}
 * and {@link #quiet}.
 */
final class Supervision {
  /** What a look at the tunnel showed. */
  enum Finding {
    /** Nothing to tell. */
    AS_BEFORE,
    /** The first packet has come. */
    HEARD,
    /** The other end has just fallen silent. */
    SILENT,
    /** It is silent still, and that was told a while ago. */
    STILL_SILENT,
    /** The other end is heard again. */
    HEARD_AGAIN
  }

  /** How often lasting silence is told. */
  static final Duration REMINDER = Duration.ofSeconds(10);

  /**
   * The first keepalives follow one another quickly. A tunnel that was heard is not given up for an
   * outage of a few seconds, but where nothing has ever come, another way is tried at once.
   */
  private static final long CALM = Duration.ofSeconds(15).toNanos();

  private static final Duration SERVER_SLACK = Duration.ofSeconds(15);
  private static final int SERVER_INTERVALS = 3;

  private final long begun;
  private final @Nullable Probes probes;
  private final long calm;
  private final long patience;
  private volatile @Nullable Long heard;
  private volatile boolean silent;

  /** The longest time without a packet that another one ended. */
  private long survived;

  /** When the first request was sent that is not answered yet. */
  private @Nullable Long owed;

  private volatile Quiet quiet = new Quiet(Duration.ZERO, Duration.ZERO);
  private long received;
  private long told;

  /** How many packets this host had refused to send at the last look; -1 before the first. */
  private long refused = -1;

  /**
   * Begins to watch.
   *
   * @param received how many packets had come out of the tunnel by then
   */
  Supervision(TunnelParameters tunnel, long now, long received, Jitter jitter) {
    this.begun = now;
    this.received = received;
    Optional<KeepAlive> keepAlive = tunnel.keepAlive();
    this.probes =
        tunnel.side() == Side.CLIENT && keepAlive.isPresent()
            ? new Probes(keepAlive.get().interval(), now, jitter)
            : null;
    this.calm =
        Math.min(CALM, keepAlive.map(k -> k.interval().multipliedBy(3).toNanos()).orElse(CALM));
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
    return more ? hear(now) : judge(now);
  }

  /**
   * Takes the count of packets into account that this host refused to send.
   *
   * @return whether there are more than at the last look
   */
  boolean isRefusedMore(long refusedByNow) {
    boolean more = refused >= 0 && refusedByNow > refused;
    refused = refusedByNow;
    return more;
  }

  private Finding hear(long now) {
    boolean first = heard == null;
    boolean again = silent;
    Long before = heard;
    if (before != null) {
      // What was sent in between shows that it was not forgotten until then, and no longer.
      survived = Math.max(survived, (owed == null ? now : owed) - before);
    }
    owed = null;
    heard = now;
    quiet = new Quiet(Duration.ofNanos(survived), Duration.ZERO);
    silent = false;
    if (probes != null) {
      probes.answered();
    }
    return first ? Finding.HEARD : again ? Finding.HEARD_AGAIN : Finding.AS_BEFORE;
  }

  private Finding judge(long now) {
    Long last = heard;
    boolean missed = probes != null && probes.areMissed(now);
    boolean overdue =
        last == null
            ? missed || now - begun > patience
            : (missed && now - last >= calm) || now - last > patience;
    if (!overdue || (silent && now - told < REMINDER.toNanos())) {
      return Finding.AS_BEFORE;
    }
    Finding finding = silent ? Finding.STILL_SILENT : Finding.SILENT;
    silent = true;
    told = now;
    return finding;
  }

  /** Returns the sequence number of the echo request that is due now, if one is. */
  Optional<Integer> due(long now) {
    Optional<Integer> sequence = probes == null ? Optional.empty() : probes.due(now);
    Long last = heard;
    if (sequence.isPresent() && owed == null && last != null) {
      owed = now;
      quiet = new Quiet(Duration.ofNanos(survived), Duration.ofNanos(now - last));
    }
    return sequence;
  }

  /** Returns how long nothing came out of the tunnel; empty: nobody asks it for a sign of life. */
  Optional<Quiet> quiet() {
    return probes == null ? Optional.empty() : Optional.of(quiet);
  }

  /** Returns what is known of the other end. */
  OtherEnd otherEnd() {
    return silent ? OtherEnd.SILENT : heard == null ? OtherEnd.AWAITED : OtherEnd.HEARD;
  }

  /** Returns the time since something came out of the tunnel, as the last look saw it. */
  Optional<Duration> silence(long now) {
    return heard().map(last -> since(last, now));
  }

  /** Returns when something last came out of the tunnel, as the last look saw it. */
  Optional<Long> heard() {
    return Optional.ofNullable(heard);
  }

  /** Returns the time since a look, which may be later than the asker's. */
  static Duration since(long look, long now) {
    return Duration.ofNanos(Math.max(0, now - look));
  }
}
