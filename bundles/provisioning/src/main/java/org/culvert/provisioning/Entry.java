package org.culvert.provisioning;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.service.Duty;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelState;

/**
 * A duty while it is kept. It belongs to the thread that owns all state; others may read {@link
 * #duty}.
 */
final class Entry {
  final Line line;

  /** The duty as it is now; on the disk if {@link #durable} says so. */
  private volatile Duty duty;

  /** Whether it cannot be done because the tunnel is not up. */
  private volatile boolean waiting;

  /** Counts the duty's changes; what comes of an older one's call is of no interest. */
  long version;

  /** Whether it failed last for a reason of its tunnel's own, and not of the service. */
  boolean atFault;

  /** The last version that would survive a power cut. */
  long durable = -1;

  /** How the tunnel server carried the tunnel when it was last looked at. */
  Optional<TunnelState.Up> carrier = Optional.empty();

  /** Whether {@link #carrier} was ever looked at. */
  boolean seen;

  Entry(Line line, Duty duty) {
    this.line = line;
    this.duty = duty;
  }

  Duty duty() {
    return duty;
  }

  ServedTunnel tunnel() {
    return duty.tunnel();
  }

  boolean provides() {
    return duty.goal() == Duty.Goal.PROVIDED;
  }

  boolean isDone() {
    return duty.state() == Duty.State.DONE;
  }

  boolean waits() {
    return waiting;
  }

  void waits(boolean forTheTunnel) {
    waiting = forTheTunnel;
  }

  /** Tells whether it may be tried: it is queued, on the disk, and nothing is in its way. */
  boolean isReady() {
    return duty.state() == Duty.State.QUEUED && durable == version && !waiting;
  }

  void become(Duty changed) {
    duty = changed;
    version++;
  }

  /** The duty as the operator sees it. */
  Duty shown() {
    Duty now = duty;
    if (now.state() != Duty.State.QUEUED) {
      return now;
    }
    if (!line.isBound()) {
      return withProblem(now, "service " + now.service() + " is not there");
    }
    return waiting ? withProblem(now, "the tunnel is not up") : now;
  }

  /** Returns a duty that is wanted from now on. */
  static Duty wanted(
      Duty.Kind kind, String service, ServedTunnel tunnel, Duty.Goal goal, Instant now) {
    return new Duty(kind, service, tunnel, goal, Duty.State.QUEUED, now, 0, now, Optional.empty());
  }

  private static Duty withProblem(Duty duty, String problem) {
    return new Duty(
        duty.kind(),
        duty.service(),
        duty.tunnel(),
        duty.goal(),
        duty.state(),
        duty.since(),
        duty.attempts(),
        duty.next(),
        Optional.of(problem));
  }
}
