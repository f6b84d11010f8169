package org.culvert.provisioning;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;
import org.culvert.api.recurrence.Flaps;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All duties, by service and tunnel, and the way of each change to the disk: one write at a time,
 * with all that changed during the one before. For the thread that owns all state.
 */
final class DutyBook {
  private static final Logger LOG = LoggerFactory.getLogger(DutyBook.class);
  private static final Duration RETRY = Duration.ofSeconds(5);
  private static final int MOST_AT_ONCE = 4096;

  private record Key(Line.Id line, String tunnel) {}

  private record Write(Entry entry, Duty duty, long version, boolean forget) {}

  private final DutyStore store;
  private final Consumer<Runnable> thread;
  private final SteadyClock clock;
  private final Function<Line.Id, Line> newLine;
  private final Consumer<Entry> durable;

  /** Any thread may read it. */
  private final Map<Line.Id, Line> lines = new ConcurrentHashMap<>();

  private final Map<Key, Write> changed = new LinkedHashMap<>();
  private final List<CompletableFuture<Void>> waiting = new ArrayList<>();
  private final Flaps flaps;
  private boolean flushes;
  private Instant pausedUntil = Instant.MIN;
  private boolean isWriting;
  private boolean closing;

  /**
   * @param thread runs steps on the thread that owns all state
   * @param durable is told of what would now survive a power cut
   */
  DutyBook(
      DutyStore store,
      Consumer<Runnable> thread,
      SteadyClock clock,
      Function<Line.Id, Line> newLine,
      Consumer<Entry> durable) {
    this.store = store;
    this.thread = thread;
    this.clock = clock;
    this.flaps = new Flaps(clock::nanos, () -> store.obstacle().isPresent());
    this.newLine = newLine;
    this.durable = durable;
  }

  /**
   * Reads what is stored. Blocks.
   *
   * @throws org.culvert.api.lease.LeaseStoreException if it cannot be read
   */
  void load() {
    for (Duty duty : store.duties()) {
      Line line = line(new Line.Id(duty.kind(), duty.service()));
      Entry entry = new Entry(line, duty);
      entry.durable = entry.version;
      // Whether the tunnel is up is not known yet.
      entry.waits(line.id.kind() == Duty.Kind.ROUTING && entry.provides());
      line.entries.put(duty.tunnel().id(), entry);
    }
  }

  Line line(Line.Id id) {
    return lines.computeIfAbsent(id, newLine);
  }

  /** Returns all services that are there or have something to do. Any thread may read it. */
  Collection<Line> lines() {
    return lines.values();
  }

  List<Entry> of(String tunnel, Duty.Kind kind) {
    List<Entry> found = new ArrayList<>(2);
    for (Line line : lines.values()) {
      Entry entry = line.id.kind() == kind ? line.entries.get(tunnel) : null;
      if (entry != null) {
        found.add(entry);
      }
    }
    return found;
  }

  Entry add(Line line, Duty duty) {
    Entry entry = new Entry(line, duty);
    line.entries.put(duty.tunnel().id(), entry);
    write(entry, false);
    return entry;
  }

  void change(Entry entry, Duty duty) {
    entry.become(duty);
    entry.line.queue.remove(entry);
    write(entry, false);
  }

  void remove(Entry entry) {
    entry.line.entries.remove(entry.tunnel().id());
    entry.line.queue.remove(entry);
    entry.version++;
    write(entry, true);
  }

  /** Completes when all that has changed until now would survive a power cut. */
  CompletableFuture<Void> settled() {
    CompletableFuture<Void> settled = new CompletableFuture<>();
    waiting.add(settled);
    flushSoon();
    return settled;
  }

  /** Writes now what is left, without waiting after a failure; fails if it cannot be written. */
  CompletableFuture<Void> close() {
    pausedUntil = Instant.MIN;
    closing = true;
    return settled();
  }

  /** Tries again what could not be written, if it is time. */
  void tick() {
    flush();
    tell(flaps.look(), "");
    lines.values().forEach(line -> line.outage.look());
    lines
        .values()
        .removeIf(line -> !line.isBound() && line.entries.isEmpty() && line.running == null);
  }

  private void write(Entry entry, boolean forget) {
    Duty duty = entry.duty();
    changed.put(
        new Key(entry.line.id, duty.tunnel().id()), new Write(entry, duty, entry.version, forget));
    flushSoon();
  }

  private void flushSoon() {
    if (!flushes) {
      flushes = true;
      thread.accept(this::flush);
    }
  }

  void flush() {
    flushes = false;
    if (isWriting || clock.now().isBefore(pausedUntil)) {
      return;
    }
    if (changed.isEmpty()) {
      List<CompletableFuture<Void>> settled = List.copyOf(waiting);
      waiting.clear();
      settled.forEach(one -> one.complete(null));
      return;
    }
    Map<Key, Write> batch = new LinkedHashMap<>();
    Iterator<Map.Entry<Key, Write>> all = changed.entrySet().iterator();
    while (all.hasNext() && batch.size() < MOST_AT_ONCE) {
      Map.Entry<Key, Write> next = all.next();
      batch.put(next.getKey(), next.getValue());
      all.remove();
    }
    isWriting = true;
    keep(batch.values())
        .whenComplete((nothing, failure) -> thread.accept(() -> written(batch, failure == null)));
  }

  private CompletionStage<Void> keep(Collection<Write> batch) {
    List<Duty> kept = new ArrayList<>();
    List<Duty> forgotten = new ArrayList<>();
    batch.forEach(write -> (write.forget() ? forgotten : kept).add(clock.dated(write.duty())));
    CompletionStage<Void> stage;
    try {
      stage = store.keep(kept, forgotten);
    } catch (RuntimeException e) {
      stage = CompletableFuture.failedFuture(e);
    }
    return stage.whenComplete((nothing, failure) -> tell(failure));
  }

  private void written(Map<Key, Write> batch, boolean success) {
    isWriting = false;
    if (success) {
      for (Write write : batch.values()) {
        Entry entry = write.entry();
        if (!write.forget() && entry.version == write.version()) {
          entry.durable = write.version();
          durable.accept(entry);
        }
      }
    } else {
      pausedUntil = clock.now().plus(RETRY);
      batch.forEach(changed::putIfAbsent);
      if (closing) {
        waiting.forEach(
            one -> one.completeExceptionally(new IllegalStateException("it could not be stored")));
        waiting.clear();
      }
    }
    flush();
  }

  private void tell(@Nullable Throwable failure) {
    if (failure == null) {
      tell(flaps.worked(), "");
    } else {
      tell(flaps.failed(), String.valueOf(failure.getMessage()));
      LOG.debug("Duties cannot be stored", failure);
    }
  }

  private void tell(Flaps.News news, String why) {
    switch (news) {
      case FAILS ->
          LOG.warn("Duties cannot be stored, and nothing new is done until they can: {}", why);
      case FAILS_AGAIN_AND_AGAIN ->
          LOG.warn(
              "Duties cannot be stored and then can, again and again; nothing more is told until"
                  + " they could for a minute, and nothing is lost: {}",
              why);
      case WORKS -> LOG.info("Duties are stored again; failures: {}", flaps.times());
      case NONE -> {}
    }
  }
}
