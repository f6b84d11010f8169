package org.culvert.endpoint;

import java.util.Collection;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.culvert.api.tunnel.TunnelState;
import org.jspecify.annotations.Nullable;

/**
 * Tries again what failed: after one second, then after twice as long each time, up to a minute.
 * Confined to the endpoint's thread.
 */
final class Retry {
  private static final long FIRST_SECONDS = 1;
  private static final long LONGEST_SECONDS = 60;

  private final ScheduledExecutorService executor;
  private final Runnable attempt;
  private long delay = FIRST_SECONDS;
  private @Nullable Future<?> pending;

  Retry(ScheduledExecutorService executor, Runnable attempt) {
    this.executor = executor;
    this.attempt = attempt;
  }

  /** Plans another attempt if something failed and none is planned. */
  void after(Collection<TunnelState> obstacles) {
    if (obstacles.stream().noneMatch(TunnelState.Failed.class::isInstance)) {
      reset();
    } else if (pending == null) {
      pending = executor.schedule(this::again, delay, TimeUnit.SECONDS);
    }
  }

  /** Forgets how often it failed. */
  void reset() {
    delay = FIRST_SECONDS;
    if (pending != null) {
      pending.cancel(false);
      pending = null;
    }
  }

  private void again() {
    pending = null;
    delay = Math.min(2 * delay, LONGEST_SECONDS);
    attempt.run();
  }
}
