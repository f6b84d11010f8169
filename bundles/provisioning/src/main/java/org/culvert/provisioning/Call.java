package org.culvert.provisioning;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.service.ServiceException;
import org.culvert.api.service.TunnelService;
import org.jspecify.annotations.Nullable;

/**
 * One call of one service, on its worker's thread; it can be interrupted from another.
 *
 * <p>What came of it is told once: by the call itself, or by whoever lost patience with it.
 *
 * @param <T> what the service answers
 */
final class Call<T> implements Runnable {
  /** What is asked of a service. */
  interface Request<T> {
    T ask(TunnelService service) throws ServiceException;
  }

  /** What comes of it; called on the thread that owns all state. */
  interface Outcome<T> {
    void came(Optional<T> answer, Optional<ServiceException> failure);
  }

  private final TunnelService service;
  private final Request<T> request;
  private final Outcome<T> outcome;
  private final Instant deadline;

  /** Runs what follows on the thread that owns all state. */
  private final Consumer<Runnable> after;

  private final Consumer<Call<T>> returned;
  private final Runnable next;

  /** For the thread that owns all state. */
  private boolean told;

  /** Guarded by this. */
  private @Nullable Thread runner;

  /**
   * @param after runs what follows on the thread that owns all state
   * @param returned is run there when the service has returned, before the outcome is told
   * @param next is run there after the outcome is told
   */
  Call(
      TunnelService service,
      Request<T> request,
      Outcome<T> outcome,
      Instant deadline,
      Consumer<Runnable> after,
      Consumer<Call<T>> returned,
      Runnable next) {
    this.service = service;
    this.request = request;
    this.outcome = outcome;
    this.deadline = deadline;
    this.after = after;
    this.returned = returned;
    this.next = next;
  }

  @Override
  public void run() {
    synchronized (this) {
      runner = Thread.currentThread();
    }
    Optional<T> answer = Optional.empty();
    Optional<ServiceException> failure = Optional.empty();
    try {
      answer = Optional.of(request.ask(service));
    } catch (ServiceException e) {
      failure = Optional.of(e);
    } catch (RuntimeException | LinkageError e) {
      failure = Optional.of(ServiceException.passing(String.valueOf(e), e));
    }
    synchronized (this) {
      runner = null;
      // An interruption that came too late is not the next call's.
      Thread.interrupted();
    }
    Optional<T> said = answer;
    Optional<ServiceException> failed = failure;
    after.accept(
        () -> {
          returned.accept(this);
          tell(said, failed);
          next.run();
        });
  }

  /** Interrupts the call if its time is over, and says so; for the thread that owns all state. */
  void supervise(Instant now) {
    if (!told && !now.isBefore(deadline)) {
      interrupt();
      tell(
          Optional.empty(),
          Optional.of(ServiceException.passing("it did not answer in time", null)));
    }
  }

  /** Says that it will not be made, if nothing was said yet. */
  void drop(String why) {
    tell(Optional.empty(), Optional.of(ServiceException.passing(why, null)));
  }

  boolean isTold() {
    return told;
  }

  /** Interrupts the call if it runs. Any thread may do so. */
  synchronized void interrupt() {
    if (runner != null) {
      runner.interrupt();
    }
  }

  private void tell(Optional<T> answer, Optional<ServiceException> failure) {
    if (!told) {
      told = true;
      outcome.came(answer, failure);
    }
  }
}
