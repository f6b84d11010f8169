package org.culvert.client;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.random.RandomGenerator;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.service.TunnelService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets one service provide what is wanted, on a thread of its own, and again and again while it
 * fails.
 *
 * <p>What has another address, prefix or routing is withdrawn before the new is provided; what
 * differs in anything else is provided anew. Its fields are confined to its thread.
 */
final class ServiceWorker {
  private static final Logger LOG = LoggerFactory.getLogger(ServiceWorker.class);
  private static final Duration SHORTEST_WAIT = Duration.ofSeconds(2);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /** What lasts until somebody changes something is looked at now and then: somebody may have. */
  private static final Duration PATIENCE = Duration.ofMinutes(5);

  /** How often it is looked whether all is as it was provided. */
  static final Duration LOOK = Duration.ofSeconds(30);

  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

  private final String key;
  private final TunnelService service;
  private final ScheduledExecutorService executor;
  private final Timepiece time;
  private final Provided memory;
  private final Backoff backoff;
  private Optional<ServedTunnel> wanted = Optional.empty();
  private Optional<ServedTunnel> provided;

  /** Whether the last deed was done, and not merely begun. */
  private boolean done;

  private @Nullable Future<?> retry;
  private @Nullable Future<?> look;
  private List<String> wrong = List.of();

  /** Says since when by the time of day at that time; {@link #status} corrects it. */
  private volatile Optional<ClientStatus.Service> status = Optional.empty();

  /** Since when it stands so. */
  private volatile long began;

  /**
   * @param key what its deeds are remembered by
   * @param executor one thread, which is shut down when this is closed
   */
  ServiceWorker(
      String key,
      TunnelService service,
      ScheduledExecutorService executor,
      Timepiece time,
      Provided memory,
      RandomGenerator random) {
    this.key = key;
    this.service = service;
    this.executor = executor;
    this.time = time;
    this.memory = memory;
    this.backoff = new Backoff(SHORTEST_WAIT, LONGEST_WAIT, random);
    this.provided = memory.recall(key);
    provided.ifPresent(left -> note(Duty.State.QUEUED, "left by an earlier run"));
  }

  /** Sets what shall be provided; empty: nothing. What has failed is tried at once. */
  void want(Optional<ServedTunnel> tunnel) {
    submit(
        () -> {
          wanted = tunnel;
          backoff.reset();
          reconcile();
        });
  }

  /** Tells how it stands; empty if there is nothing to be done. */
  Optional<ClientStatus.Service> status() {
    return status.map(
        s ->
            new ClientStatus.Service(
                s.name(), s.goal(), s.state(), time.timeOf(began), s.problem(), s.detail()));
  }

  /** Begins to withdraw what is provided, as its last deed. */
  Future<?> finish() {
    return submit(
        () -> {
          wanted = Optional.empty();
          reconcile();
        });
  }

  /** Waits for the last deed for a limited time, and ends the thread. */
  void end(Future<?> last, Duration limit) {
    try {
      last.get(Math.max(0, limit.toMillis()), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("{} does not come to an end; what it provides is withdrawn at the next start", key);
    }
    executor.shutdownNow();
  }

  private void reconcile() {
    if (retry != null) {
      retry.cancel(false);
      retry = null;
    }
    if (provided.isPresent()
        && !wanted.map(ServiceWorker::essence).equals(provided.map(ServiceWorker::essence))) {
      if (!withdraw(provided.get())) {
        return;
      }
    }
    if (wanted.isPresent() && !(done && wanted.equals(provided))) {
      provide(wanted.get());
    }
  }

  private boolean withdraw(ServedTunnel tunnel) {
    done = false;
    note(Duty.State.QUEUED, "");
    try {
      service.withdraw(tunnel);
    } catch (ServiceException | RuntimeException e) {
      failed("withdraw", tunnel, e);
      return false;
    }
    provided = Optional.empty();
    memory.forget(key);
    status = Optional.empty();
    wrong = List.of();
    backoff.reset();
    LOG.info("{} withdrew {}", key, text(tunnel));
    return true;
  }

  private void provide(ServedTunnel tunnel) {
    done = false;
    provided = Optional.of(tunnel);
    memory.remember(key, tunnel);
    try {
      service.provide(tunnel);
    } catch (ServiceException | RuntimeException e) {
      failed("provide", tunnel, e);
      return;
    }
    done = true;
    backoff.reset();
    note(Duty.State.DONE, "");
    if (wrong.isEmpty()) {
      LOG.info("{} provides {}", key, text(tunnel));
    }
    lookIn(wrong.isEmpty() ? FIRST_LOOK : LOOK);
  }

  /** Provides anew what somebody took away. */
  private void look() {
    if (!done || !wanted.equals(provided) || wanted.isEmpty()) {
      return;
    }
    ServedTunnel tunnel = wanted.get();
    try {
      List<String> found = service.verify(tunnel);
      if (!found.isEmpty() && !found.equals(wrong)) {
        LOG.warn("{} provides {} anew: {}", key, text(tunnel), String.join("; ", found));
      }
      wrong = found;
      if (!found.isEmpty()) {
        provide(tunnel);
        return;
      }
      if (service instanceof RoutingService routing) {
        detail(routing.state(tunnel));
      }
    } catch (ServiceException | RuntimeException e) {
      LOG.debug("{} cannot look", key, e);
      detail(String.valueOf(e.getMessage()));
    }
    lookIn(LOOK);
  }

  private void lookIn(Duration wait) {
    if (look != null) {
      look.cancel(false);
    }
    look = later(wait, this::look);
  }

  private @Nullable Future<?> later(Duration wait, Runnable task) {
    try {
      return executor.schedule(() -> guarded(task), wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closed, nothing is tried again", e);
      return null;
    }
  }

  private void detail(String text) {
    status =
        status.map(
            s ->
                new ClientStatus.Service(
                    s.name(), s.goal(), s.state(), s.since(), s.problem(), line(text)));
  }

  private static Optional<String> line(String text) {
    return Optional.of(new Failure(text, false).text()).filter(line -> !line.isEmpty());
  }

  private void failed(String deed, ServedTunnel tunnel, Exception failure) {
    boolean lasting = failure instanceof ServiceException e && e.isLasting();
    String why = Objects.requireNonNullElse(failure.getMessage(), failure.toString());
    if (note(lasting ? Duty.State.FAILED : Duty.State.QUEUED, why)) {
      LOG.warn("{} cannot {} {}: {}", key, deed, text(tunnel), why);
    } else {
      LOG.debug("{} cannot {} again", key, deed, failure);
    }
    Duration wait = lasting ? PATIENCE : backoff.next();
    retry = later(wait, this::reconcile);
  }

  /** Notes how it stands; tells whether the problem is news. */
  private boolean note(Duty.State state, String problem) {
    Optional<String> text = line(problem);
    Optional<ClientStatus.Service> before = status;
    Duty.Goal goal = wanted.isPresent() ? Duty.Goal.PROVIDED : Duty.Goal.WITHDRAWN;
    boolean same = before.filter(s -> s.state() == state && s.goal() == goal).isPresent();
    if (!same) {
      began = time.nanos();
    }
    status =
        Optional.of(
            new ClientStatus.Service(
                service.name(), goal, state, time.timeOf(began), text, Optional.empty()));
    return !before.flatMap(ClientStatus.Service::problem).equals(text);
  }

  private Future<?> submit(Runnable task) {
    return executor.submit(() -> guarded(task));
  }

  /**
   * An executor swallows what a task throws; here it is a failure like any other, and what was to
   * be done is tried again. A service's bundle that is being updated throws errors.
   */
  private void guarded(Runnable task) {
    try {
      task.run();
    } catch (RuntimeException | Error e) {
      LOG.error("{} met what it does not expect, and is tried again", key, e);
      done = false;
      if (retry != null) {
        retry.cancel(false);
      }
      retry = later(backoff.next(), this::reconcile);
    }
  }

  /** What cannot change without being withdrawn first. */
  private static Object essence(ServedTunnel tunnel) {
    return List.of(
        tunnel.serverAddress(),
        tunnel.clientAddress(),
        tunnel.prefix(),
        tunnel.arrangements().routing());
  }

  private static String text(ServedTunnel tunnel) {
    return tunnel.prefix().map(Object::toString).orElse(IpAddresses.text(tunnel.clientAddress()));
  }
}
