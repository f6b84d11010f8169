package org.culvert.provisioning;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.culvert.api.service.TunnelService;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/*
 * From a lease to a name or a neighbour:
 *   Inbox        what the broker told of leases
 *   Assignment   who has to do what → duties
 *   DutyBook     duties onto the disk, before anything is tried
 *   Caller       duties that are due → calls of services, one at a time for each
 *   Assignment   what follows from what was done
 */
/**
 * Keeps what surrounds tunnels as the leases say, while services come and go. All methods are for
 * the thread that owns all state.
 */
final class Provisioner {
  private static final Logger LOG = LoggerFactory.getLogger(Provisioner.class);
  private static final int LEAST_LOOKS_PER_SECOND = 10;

  final DutyBook book;
  final Caller caller;
  private final Assignment assignment;
  private final Settings settings;
  private final Supplier<Instant> now;
  private final Supplier<Optional<TunnelServer>> server;
  private final Function<String, ExecutorService> workers;
  private final Instant started;

  /**
   * Reads the duties stored. Blocks.
   *
   * @param thread runs steps on the thread that owns all state
   * @param server the tunnel server, while one is there
   * @param workers makes a thread of a name; shut down when its service goes
   * @throws org.culvert.api.lease.LeaseStoreException if duties cannot be read
   */
  Provisioner(
      Settings settings,
      DutyStore store,
      Consumer<Runnable> thread,
      SteadyClock clock,
      Supplier<Optional<TunnelServer>> server,
      Function<String, ExecutorService> workers,
      RandomGenerator random) {
    this.settings = settings;
    this.now = clock::now;
    this.server = server;
    this.workers = workers;
    started = now.get();
    caller = new Caller(settings, thread, clock::now, random);
    book =
        new DutyBook(
            store,
            thread,
            clock,
            id -> newLine(id, new Outage(id.toString(), settings, random, clock::nanos)),
            caller::ready);
    assignment = new Assignment(book, clock::now, this::carrier);
    caller.connect(book, assignment::decide, this::maybeLeft);
    book.load();
  }

  private Line newLine(Line.Id id, Outage outage) {
    Line line = new Line(id, outage);
    line.missedFrom = started.plus(settings.absence());
    return line;
  }

  void take(Inbox.News news) {
    if (!news.whole() && !caller.hasBegun()) {
      return; // The whole truth is still to come, and has this in it.
    }
    assignment.take(news);
    if (!caller.hasBegun()) {
      watchTunnels();
      caller.begin();
    }
  }

  void add(Duty.Kind kind, TunnelService service, Rank rank) {
    Line line = book.line(new Line.Id(kind, service.name()));
    if (line.isLeaving()) {
      line.arriving.put(service, rank);
      return;
    }
    LOG.info("{} is there", line.id);
    line.add(service, rank);
    if (line.worker == null) {
      line.worker = workers.apply("culvert-provisioning-" + service.name());
      line.nextRound = now.get();
    }
    line.missed = false;
    line.outage.clear();
    line.askProtocols();
    line.entries.values().forEach(caller::hurry);
    if (caller.hasBegun()) {
      assignment.decideAll(kind);
    }
    caller.pump(line);
  }

  /** Lets a service go; runs the step when it is called no more. */
  void remove(Duty.Kind kind, TunnelService service, Runnable gone) {
    book.lines().forEach(line -> line.arriving.remove(service));
    Optional<Line> found = book.lines().stream().filter(line -> line.has(service)).findFirst();
    if (found.isEmpty() || found.get().id.kind() != kind || found.get().isLeaving()) {
      gone.run();
      return;
    }
    Line line = found.get();
    if (line.removeUnlessLast(service)) {
      line.askProtocols();
      caller.ask(line, called -> true, (yes, failure) -> gone.run());
      return;
    }
    line.onLeft = Optional.of(gone);
    line.leaveBy = now.get().plus(settings.leave());
    if (kind == Duty.Kind.ROUTING) {
      List.copyOf(line.entries.values()).forEach(entry -> takeBack(line, entry));
    }
    caller.pump(line);
    maybeLeft(line);
  }

  private void takeBack(Line line, Entry entry) {
    line.toLeave.add(entry);
    if (entry.provides()) {
      assignment.withdraw(entry);
    } else {
      caller.hurry(entry);
    }
  }

  private void maybeLeft(Line line) {
    if (line.isLeaving() && line.toLeave.isEmpty() && line.running == null) {
      left(line);
    }
  }

  private void left(Line line) {
    Runnable gone = line.onLeft.orElse(() -> {});
    line.onLeft = Optional.empty();
    line.toLeave.clear();
    line.removeAll();
    line.missedFrom = now.get().plus(settings.absence());
    if (line.worker != null) {
      line.worker.shutdownNow();
      line.worker = null;
    }
    line.running = null;
    line.questions.forEach(question -> question.drop("it is not there"));
    line.questions.clear();
    line.round.clear();
    line.looks.forEach(look -> look.check().ifPresent(Check::oneIsOver));
    line.looks.clear();
    line.outage.clear();
    line.protocols = Set.of();
    LOG.info("{} is gone", line.id);
    decideFor(line);
    gone.run();
    Map<TunnelService, Rank> next = Map.copyOf(line.arriving);
    line.arriving.clear();
    next.forEach((service, rank) -> add(line.id.kind(), service, rank));
  }

  private void decideFor(Line line) {
    List.copyOf(line.entries.keySet()).forEach(id -> assignment.decide(id, line.id.kind()));
  }

  /** Does what time brings; once a second. */
  void tick() {
    Instant time = now.get();
    book.tick();
    boolean spoken = false;
    for (Line line : book.lines()) {
      supervise(line, time);
      if (line.isUsable()) {
        spoken |= line.askProtocols();
        goOnWithRound(line, time);
      } else if (!line.isBound() && !line.missed && !line.missedFrom.isAfter(time)) {
        line.missed = true;
        if (caller.hasBegun()) {
          decideFor(line);
        }
      }
    }
    if (caller.hasBegun()) {
      watchTunnels();
      if (spoken) {
        assignment.decideAll(Duty.Kind.ROUTING);
      }
    }
    book.lines().forEach(caller::pump);
  }

  private void supervise(Line line, Instant time) {
    if (line.running != null) {
      line.running.supervise(time);
    }
    line.questions.forEach(question -> question.supervise(time));
    line.questions.removeIf(Call::isTold);
    if (line.isLeaving()) {
      if (time.isBefore(line.leaveBy)) {
        maybeLeft(line);
      } else {
        LOG.warn("{} left before it took everything back", line.id);
        left(line);
      }
    }
  }

  private void goOnWithRound(Line line, Instant time) {
    if (settings.verify().isZero()) {
      return;
    }
    if (line.round.isEmpty() && !time.isBefore(line.nextRound)) {
      line.entries.values().stream()
          .filter(entry -> entry.provides() && entry.isDone())
          .forEach(entry -> line.round.add(entry.tunnel().id()));
      line.nextRound = time.plus(settings.verify());
      long needed = line.round.size() / settings.verify().toSeconds() + 1;
      line.perSecond = (int) Math.max(LEAST_LOOKS_PER_SECOND, needed);
    }
    while (line.looks.size() < line.perSecond && !line.round.isEmpty()) {
      line.looks.add(new Line.Look(line.round.remove(), Optional.empty()));
    }
  }

  /** Routing depends on the device, which the tunnel server may change at any time. */
  private void watchTunnels() {
    for (Line line : book.lines()) {
      if (line.id.kind() == Duty.Kind.ROUTING && !line.isLeaving()) {
        line.entries.values().forEach(this::watchTunnel);
      }
    }
  }

  private void watchTunnel(Entry entry) {
    if (!entry.provides()) {
      return;
    }
    Optional<TunnelState.Up> is = carrier(entry.tunnel().id());
    boolean asStored =
        !entry.seen && is.map(TunnelState.Up::device).equals(entry.tunnel().device());
    boolean same = entry.seen && is.equals(entry.carrier);
    entry.seen = true;
    entry.carrier = is;
    if (same) {
      return;
    }
    if (is.isEmpty()) {
      entry.waits(true);
      entry.line.queue.remove(entry);
      if (entry.isDone()) {
        assignment.provide(entry, entry.tunnel());
      }
    } else if (asStored) {
      entry.waits(false);
      caller.ready(entry);
    } else {
      assignment.provide(entry, entry.tunnel());
    }
  }

  /** A tunnel server at fault is as one that is not there: it must not stop what is decided. */
  private Optional<TunnelState.Up> carrier(String id) {
    try {
      return server
          .get()
          .flatMap(one -> one.tunnel(id))
          .map(TunnelStatus::state)
          .filter(TunnelState.Up.class::isInstance)
          .map(TunnelState.Up.class::cast);
    } catch (RuntimeException | LinkageError e) {
      LOG.debug("How tunnel {} is carried cannot be told", id, e);
      return Optional.empty();
    }
  }

  /** Forgets what a service that is not there had to withdraw; returns how much that was. */
  int forget(String service) {
    int forgotten = 0;
    for (Line line : book.lines()) {
      if (line.id.name().equals(service) && !line.isBound()) {
        for (Entry entry : List.copyOf(line.entries.values())) {
          if (!entry.provides()) {
            book.remove(entry);
            assignment.decide(entry.tunnel().id(), line.id.kind());
            forgotten++;
          }
        }
      }
    }
    return forgotten;
  }

  /** Calls no service any more; completes when those that run have come to their end. */
  CompletionStage<Void> close() {
    caller.end();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (Line line : book.lines()) {
      if (line.worker != null) {
        if (line.running != null) {
          // Behind the call that runs: what came of it is posted by then.
          ends.add(CompletableFuture.runAsync(() -> {}, line.worker));
        }
        line.worker.shutdown();
      }
    }
    return CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new));
  }

  /** Interrupts what still runs. */
  void interrupt() {
    for (Line line : book.lines()) {
      if (line.worker != null) {
        line.worker.shutdownNow();
      }
    }
  }
}
