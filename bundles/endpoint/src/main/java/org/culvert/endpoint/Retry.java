package org.culvert.endpoint;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.culvert.api.tunnel.TunnelParameters;
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

  /** What failed last. */
  private Set<TunnelParameters> known = Set.of();

  private long delay = FIRST_SECONDS;
  private @Nullable Future<?> pending;

  Retry(ScheduledExecutorService executor, Runnable attempt) {
    this.executor = executor;
    this.attempt = attempt;
  }

  /**
   * Plans another attempt if something failed and none is planned. Whatever fails for the first
   * time is tried again soon; a change of others that goes well hurries nothing.
   *
   * @param desired all tunnels, by id
   * @param obstacles what keeps tunnels from standing, by their ids
   */
  void after(Map<String, TunnelParameters> desired, Map<String, TunnelState> obstacles) {
    Set<TunnelParameters> failing = new HashSet<>();
    obstacles.forEach(
        (id, state) -> {
          TunnelParameters tunnel = desired.get(id);
          if (tunnel != null && state instanceof TunnelState.Failed) {
            failing.add(tunnel);
          }
        });
    boolean some = !known.containsAll(failing);
    known = failing;
    if (failing.isEmpty()) {
      reset();
    } else if (some) {
      reset();
      plan();
    } else if (pending == null) {
      plan();
    }
  }

  private void plan() {
    pending = executor.schedule(this::again, delay, TimeUnit.SECONDS);
  }

  private void reset() {
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
