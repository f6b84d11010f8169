package org.culvert.testkit.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.jspecify.annotations.Nullable;

/**
 * Keeps duties in memory. A test may hold writes back, make them fail, or copy what a power cut
 * would leave.
 */
public final class MemoryDutyStore implements DutyStore {
  private record Key(Duty.Kind kind, String service, String tunnel) {
    static Key of(Duty duty) {
      return new Key(duty.kind(), duty.service(), duty.tunnel().id());
    }
  }

  private final Map<Key, Duty> duties = new LinkedHashMap<>();
  private final Queue<Runnable> held = new ArrayDeque<>();
  private boolean holding;
  private int written;
  private @Nullable String failure;
  private Optional<String> obstacle = Optional.empty();

  /** Says why writes may fail though some do not, or that nothing is in the way. */
  public synchronized void hinder(Optional<String> why) {
    obstacle = why;
  }

  @Override
  public synchronized Optional<String> obstacle() {
    return obstacle;
  }

  @Override
  public synchronized List<Duty> duties() {
    if (failure != null) {
      throw new LeaseStoreException(failure, false, null);
    }
    return List.copyOf(duties.values());
  }

  @Override
  public CompletionStage<Void> keep(List<Duty> kept, List<Duty> forgotten) {
    List<Duty> some = List.copyOf(kept);
    List<Duty> others = List.copyOf(forgotten);
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (holding) {
        held.add(() -> write(some, others, done));
        return done;
      }
    }
    write(some, others, done);
    return done;
  }

  /** Holds writes back until {@link #release}, as a slow disk does. */
  public synchronized void hold() {
    holding = true;
  }

  /** Makes the writes held back, in their order, and holds no more. */
  public void release() {
    List<Runnable> writes;
    synchronized (this) {
      holding = false;
      writes = new ArrayList<>(held);
      held.clear();
    }
    writes.forEach(Runnable::run);
  }

  /** Makes everything fail with this cause, until {@link #heal}. */
  public synchronized void fail(String cause) {
    failure = cause;
  }

  /** Lets everything succeed again. */
  public synchronized void heal() {
    failure = null;
  }

  /** Returns how many duties were written or forgotten. */
  public synchronized int written() {
    return written;
  }

  /** Copies what would be left if the power failed now: nothing that is held back. */
  public synchronized MemoryDutyStore afterPowerCut() {
    MemoryDutyStore copy = new MemoryDutyStore();
    copy.duties.putAll(duties);
    return copy;
  }

  private void write(List<Duty> kept, List<Duty> forgotten, CompletableFuture<Void> done) {
    LeaseStoreException refused = null;
    synchronized (this) {
      if (failure != null) {
        refused = new LeaseStoreException(failure, false, null);
      } else {
        kept.forEach(duty -> duties.put(Key.of(duty), duty));
        forgotten.forEach(duty -> duties.remove(Key.of(duty)));
        written += kept.size() + forgotten.size();
      }
    }
    if (refused == null) {
      done.complete(null);
    } else {
      done.completeExceptionally(refused);
    }
  }
}
