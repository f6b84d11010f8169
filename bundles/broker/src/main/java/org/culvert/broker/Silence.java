package org.culvert.broker;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.lease.Lease;
import org.culvert.api.tunnel.TunnelStatus;

/**
 * How long tunnels have been silent, against the operator's patience.
 *
 * <p>The tunnel server tells once that a tunnel has fallen silent, at the time when its client must
 * have noticed too. An operator who waits longer has it looked at again. For the broker's thread.
 */
final class Silence {
  private final Settings.Intervals intervals;
  private final TunnelEndpoint server;
  private final Map<String, Instant> begun = new HashMap<>();
  private final Deadlines<String> suspects = new Deadlines<>();

  /** Since when tunnels stand at least of which nobody noted when they began. */
  private Instant opened;

  Silence(Settings.Intervals intervals, TunnelEndpoint server, Instant now) {
    this.intervals = intervals;
    this.server = server;
    this.opened = now;
  }

  /**
   * Returns how long a tunnel's client need not be heard. Who sends no keepalives may be quiet for
   * as long as one with the rarest ones.
   */
  Duration patience(Lease lease) {
    return intervals.patience(lease.keepAlive().orElse(intervals.max()));
  }

  /** Tells whether a packet came out of a tunnel within that time. */
  boolean isHeard(Lease lease) {
    return isHeard(lease, patience(lease));
  }

  /** Tells whether a packet came out of a tunnel within a time. */
  boolean isHeard(Lease lease, Duration within) {
    return server
        .tunnel(lease.id())
        .flatMap(TunnelStatus::silence)
        .filter(silence -> silence.compareTo(within) <= 0)
        .isPresent();
  }

  /** Tells whether a tunnel has stood for that time and none has come. */
  boolean isUnheard(Lease lease, Instant now) {
    Instant start = begun.getOrDefault(lease.id(), opened);
    return !isHeard(lease) && start.plus(patience(lease)).isBefore(now);
  }

  /** Notes that a tunnel stands anew: from now on its client has to be heard. */
  void begin(String id, Instant now) {
    begun.put(id, now);
    suspects.clear(id);
  }

  /** Forgets a tunnel. */
  void end(String id) {
    begun.remove(id);
    suspects.clear(id);
  }

  /**
   * Tells whether a tunnel that was found silent has been so for too long. If not, and its client
   * is not heard either, it will be {@link #due} again.
   */
  boolean isTooLong(Lease lease, Instant now) {
    if (lease.keepAlive().isEmpty()) {
      return true;
    }
    Duration interval = lease.keepAlive().get();
    Duration noticed = Settings.Intervals.clientPatience(interval);
    // After a restart nobody knows when it began; the server's word is good for this much.
    Instant start = begun.computeIfAbsent(lease.id(), id -> now.minus(noticed));
    Duration since = Duration.between(start, now);
    Duration silence =
        server
            .tunnel(lease.id())
            .flatMap(TunnelStatus::silence)
            .filter(told -> told.compareTo(since) < 0)
            .orElse(since);
    Duration patience = intervals.patience(interval);
    if (silence.compareTo(patience) >= 0) {
      return true;
    }
    if (silence.compareTo(noticed) >= 0) {
      suspects.set(lease.id(), now.plus(patience.minus(silence)));
    }
    return false;
  }

  /** Goes on under a clock that was moved. */
  void move(Duration by) {
    begun.replaceAll((id, since) -> since.plus(by));
    opened = opened.plus(by);
    suspects.move(by);
  }

  /** Returns the tunnels that must be looked at again now. */
  List<String> due(Instant now) {
    return suspects.due(now);
  }
}
