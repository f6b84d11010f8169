package org.culvert.provisioning;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.Duty;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.service.TunnelService;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives each service one thing after another to do: first what somebody waits for, then duties that
 * are due, then looks whether all is as it should be. For the thread that owns all state.
 */
final class Caller {
  private static final Logger LOG = LoggerFactory.getLogger(Caller.class);
  private static final int MOST_QUESTIONS = 64;

  private final Settings settings;
  private final Consumer<Runnable> thread;
  private final Supplier<Instant> now;
  private final RandomGenerator random;
  private @Nullable DutyBook book;
  private BiConsumer<String, Duty.Kind> decide = (id, kind) -> {};
  private Consumer<Line> idle = line -> {};
  private boolean begun;

  Caller(
      Settings settings, Consumer<Runnable> thread, Supplier<Instant> now, RandomGenerator random) {
    this.settings = settings;
    this.thread = thread;
    this.now = now;
    this.random = random;
  }

  /**
   * Says where duties are noted, who decides what follows from a duty that is done, and who wants
   * to know that a service has nothing at hand.
   */
  void connect(DutyBook dutyBook, BiConsumer<String, Duty.Kind> decision, Consumer<Line> whenIdle) {
    book = dutyBook;
    decide = decision;
    idle = whenIdle;
  }

  /** Lets no service be called any more. */
  void end() {
    begun = false;
  }

  /** Lets services be called: what is wanted is known. */
  void begin() {
    if (!begun) {
      begun = true;
      book().lines().forEach(line -> line.entries.values().forEach(this::ready));
    }
  }

  boolean hasBegun() {
    return begun;
  }

  /** Lines a duty up if it may be tried. */
  void ready(Entry entry) {
    if (begun && entry.isReady()) {
      // What was stored may be dated by a clock that was set since.
      Instant next = entry.duty().next();
      Instant latest = now.get().plus(settings.longestRetry());
      entry.line.queue.put(entry, next.isBefore(latest) ? next : latest);
      pump(entry.line);
    }
  }

  /** Lets a duty be tried at once, also one that has failed for good. */
  void hurry(Entry entry) {
    Duty duty = entry.duty();
    if (duty.state() == Duty.State.FAILED) {
      book()
          .change(
              entry,
              with(duty, Duty.State.QUEUED, duty.attempts(), now.get(), now.get(), duty.problem()));
    } else if (entry.isReady() && begun) {
      entry.line.queue.put(entry, Instant.MIN);
    }
  }

  /** Asks a service something for somebody who waits. */
  <T> void ask(Line line, Call.Request<T> request, Call.Outcome<T> outcome) {
    Optional<TunnelService> service = line.service();
    if (service.isEmpty() || line.isLeaving()) {
      outcome.came(
          Optional.empty(), Optional.of(ServiceException.passing("it is not there", null)));
      return;
    }
    start(line, service.get(), request, outcome);
  }

  /** Gives a service the next thing to do, if it has nothing at hand. */
  void pump(Line line) {
    while (line.running == null && begun) {
      Optional<TunnelService> service = line.service();
      if (service.isEmpty() || (line.isLeaving() && line.id.kind() == Duty.Kind.DNS)) {
        return;
      }
      Call<?> question = line.questions.poll();
      if (question != null) {
        if (!question.isTold()) {
          run(line, question);
        }
        continue;
      }
      Instant time = now.get();
      boolean paused = line.outage.isPaused(time) && !line.isLeaving();
      Optional<Entry> due = paused ? Optional.empty() : line.queue.poll(time);
      if (due.isPresent()) {
        if (!line.isLeaving() || line.toLeave.contains(due.get())) {
          attempt(service.get(), due.get());
        }
      } else if (line.isLeaving() || line.looks.isEmpty()) {
        return;
      } else {
        look(line, service.get(), line.looks.remove());
      }
    }
  }

  private void attempt(TunnelService service, Entry entry) {
    ServedTunnel tunnel = entry.tunnel();
    boolean provides = entry.provides();
    long version = entry.version;
    start(
        entry.line,
        service,
        called -> {
          if (provides) {
            called.provide(tunnel);
          } else {
            called.withdraw(tunnel);
          }
          return true;
        },
        (done, failure) -> {
          if (entry.version == version) {
            entry.line.toLeave.remove(entry);
          }
          if (failure.isEmpty()) {
            worked(entry, version);
          } else {
            failed(entry, version, failure.get());
          }
        });
  }

  private <T> void start(
      Line line, TunnelService service, Call.Request<T> request, Call.Outcome<T> outcome) {
    Call<T> call =
        new Call<>(
            service,
            request,
            outcome,
            now.get().plus(settings.serviceTimeout()),
            thread,
            done -> {
              if (line.running == done) {
                line.running = null;
              }
            },
            () -> {
              pump(line);
              idle.accept(line);
            });
    if (line.running == null) {
      run(line, call);
    } else if (line.questions.size() < MOST_QUESTIONS) {
      line.questions.add(call);
    } else {
      call.drop("too many wait for it");
    }
  }

  private static void run(Line line, Call<?> call) {
    ExecutorService worker = line.worker;
    if (worker == null) {
      return;
    }
    line.running = call;
    try {
      worker.execute(call);
    } catch (RejectedExecutionException e) {
      LOG.debug("{} is leaving", line.id);
    }
  }

  private void worked(Entry entry, long version) {
    entry.atFault = false;
    if (entry.line.outage.worked()) {
      for (Entry other : entry.line.entries.values()) {
        if (other.isReady() && !other.atFault) {
          entry.line.queue.put(other, now.get());
        }
      }
    }
    if (entry.version != version) {
      return;
    }
    Duty duty = entry.duty();
    ServedTunnel tunnel = entry.tunnel();
    if (entry.provides()) {
      Instant time = now.get();
      book()
          .change(
              entry,
              new Duty(
                  duty.kind(),
                  duty.service(),
                  tunnel,
                  duty.goal(),
                  Duty.State.DONE,
                  time,
                  0,
                  time,
                  Optional.empty()));
    } else {
      book().remove(entry);
    }
    LOG.info(
        "{} {} {} of {}",
        entry.line.id,
        entry.provides() ? "serves" : "no longer serves",
        IpAddresses.text(tunnel.clientAddress()),
        Printable.of(tunnel.owner()));
    decide.accept(tunnel.id(), duty.kind());
  }

  private void failed(Entry entry, long version, ServiceException failure) {
    Instant time = now.get();
    entry.atFault = failure.isOfTunnel();
    if (failure.isLasting()) {
      entry.line.outage.refused(failure);
    } else if (!failure.isOfTunnel()) {
      entry.line.outage.failed(entry, failure, time);
    }
    if (entry.version != version) {
      return;
    }
    LOG.debug("{} failed for {}", entry.line.id, Printable.of(entry.tunnel().owner()), failure);
    Duty duty = entry.duty();
    int attempts = duty.attempts() + 1;
    book()
        .change(
            entry,
            with(
                duty,
                failure.isLasting() ? Duty.State.FAILED : Duty.State.QUEUED,
                attempts,
                time,
                failure.isLasting() ? time : time.plus(settings.backOff(attempts, random)),
                Optional.of(oneLine(failure))));
  }

  private void look(Line line, TunnelService service, Line.Look look) {
    Entry entry = line.entries.get(look.tunnel());
    if (entry == null || !entry.provides() || !entry.isDone()) {
      look.check().ifPresent(Check::oneIsOver);
      return;
    }
    long version = entry.version;
    start(
        line,
        service,
        called -> List.copyOf(called.verify(entry.tunnel())),
        (lines, failure) -> {
          failure.ifPresent(e -> giveUp(line, look, e));
          if (!lines.orElse(List.of()).isEmpty()) {
            repair(entry, version, lines.get(), look.check());
          }
          look.check().ifPresent(Check::oneIsOver);
        });
  }

  private void repair(Entry entry, long version, List<String> lines, Optional<Check> check) {
    String who = Printable.of(entry.tunnel().owner()) + " at " + entry.line.id.name() + ": ";
    check.ifPresent(asked -> lines.forEach(line -> asked.found(who + line)));
    if (entry.version == version) {
      String first = Printable.of(lines.get(0));
      LOG.info("{}{}; it is provided anew", who, first);
      Duty duty = entry.duty();
      book()
          .change(
              entry, with(duty, Duty.State.QUEUED, 0, now.get(), now.get(), Optional.of(first)));
    }
  }

  /** A service that cannot look after one tunnel is not asked about all the others. */
  private static void giveUp(Line line, Line.Look failed, ServiceException failure) {
    line.round.clear();
    failed
        .check()
        .ifPresent(
            check -> {
              int before = line.looks.size();
              line.looks.removeIf(look -> look.check().filter(one -> one == check).isPresent());
              int dropped = before - line.looks.size();
              check.found(
                  line.id
                      + " cannot look: "
                      + oneLine(failure)
                      + (dropped > 0 ? "; " + dropped + " more were not looked at" : ""));
              for (int i = 0; i < dropped; i++) {
                check.oneIsOver();
              }
            });
  }

  private static String oneLine(ServiceException failure) {
    return Printable.of(String.valueOf(failure.getMessage()));
  }

  private static Duty with(
      Duty duty,
      Duty.State state,
      int attempts,
      Instant since,
      Instant next,
      Optional<String> problem) {
    return new Duty(
        duty.kind(),
        duty.service(),
        duty.tunnel(),
        duty.goal(),
        state,
        state == duty.state() ? duty.since() : since,
        attempts,
        next,
        problem);
  }

  private DutyBook book() {
    return Objects.requireNonNull(book);
  }
}
