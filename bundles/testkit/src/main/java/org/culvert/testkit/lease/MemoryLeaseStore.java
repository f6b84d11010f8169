package org.culvert.testkit.lease;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps leases in memory under the same rules as a store on a disk: conditional on revisions, all
 * or none, no address or prefix twice, no two leases of a user, or of a name, with the same IP
 * version inside.
 *
 * <p>A test may hold commits back, make them fail, or copy what a power cut would leave.
 */
public final class MemoryLeaseStore implements LeaseStore {
  private final Map<String, Lease> leases = new LinkedHashMap<>();
  private final Map<String, String> values = new HashMap<>();
  private final Queue<Runnable> held = new ArrayDeque<>();
  private boolean holding;
  private int commits;
  private @Nullable String failure;
  private boolean refused;
  private Optional<String> shortage = Optional.empty();
  private Optional<String> obstacle = Optional.empty();

  @Override
  public synchronized List<Lease> load() {
    if (failure != null) {
      throw new LeaseStoreException(failure, false, null);
    }
    return List.copyOf(leases.values());
  }

  @Override
  public CompletionStage<Void> commit(List<LeaseChange> changes) {
    List<LeaseChange> copy = List.copyOf(changes);
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (holding) {
        held.add(() -> write(copy, done));
        return done;
      }
    }
    write(copy, done);
    return done;
  }

  @Override
  public synchronized String remember(String key, String value) {
    String kept = values.putIfAbsent(key, value);
    return kept == null ? value : kept;
  }

  @Override
  public CompletionStage<Void> note(String key, String value) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    synchronized (this) {
      if (holding) {
        held.add(() -> write(key, value, done));
        return done;
      }
    }
    write(key, value, done);
    return done;
  }

  /** Holds commits back until {@link #release}, as a slow disk does. */
  public synchronized void hold() {
    holding = true;
  }

  /** Writes the commits held back, in their order, and holds no more. */
  public void release() {
    List<Runnable> writes;
    synchronized (this) {
      holding = false;
      writes = new ArrayList<>(held);
      held.clear();
    }
    writes.forEach(Runnable::run);
  }

  /** Makes every commit fail with this cause, until {@link #heal}. */
  public synchronized void fail(String cause) {
    failure = cause;
  }

  /** Says that nothing can be stored, though all can be read, until {@link #unhinder}. */
  public synchronized void hinder(String why) {
    obstacle = Optional.of(why);
  }

  /** Says that nothing is in the way any more. */
  public synchronized void unhinder() {
    obstacle = Optional.empty();
  }

  @Override
  public synchronized Optional<String> obstacle() {
    return obstacle.or(() -> refused ? Optional.ofNullable(failure) : Optional.empty());
  }

  /** Says that soon nothing can be stored, though all still is. */
  public synchronized void runShort(String why) {
    shortage = Optional.of(why);
  }

  @Override
  public synchronized Optional<String> shortage() {
    return shortage;
  }

  /** Lets commits succeed again. */
  public synchronized void heal() {
    failure = null;
    refused = false;
  }

  /** Returns how many commits were written. */
  public synchronized int commits() {
    return commits;
  }

  /** Returns what is written, even while the store fails. */
  public synchronized List<Lease> leases() {
    return List.copyOf(leases.values());
  }

  /** Copies what would be left if the power failed now: all that was written, nothing held back. */
  public synchronized MemoryLeaseStore afterPowerCut() {
    MemoryLeaseStore copy = new MemoryLeaseStore();
    copy.leases.putAll(leases);
    copy.values.putAll(values);
    return copy;
  }

  private synchronized void write(String key, String value, CompletableFuture<Void> done) {
    if (failure != null) {
      refused = true;
      done.completeExceptionally(new LeaseStoreException(failure, false, null));
    } else {
      values.put(key, value);
      done.complete(null);
    }
  }

  private void write(List<LeaseChange> changes, CompletableFuture<Void> done) {
    Optional<LeaseStoreException> refused = tryWrite(changes);
    if (refused.isPresent()) {
      done.completeExceptionally(refused.get());
    } else {
      done.complete(null);
    }
  }

  private synchronized Optional<LeaseStoreException> tryWrite(List<LeaseChange> changes) {
    if (failure != null) {
      refused = true;
      return Optional.of(new LeaseStoreException(failure, false, null));
    }
    Map<String, Lease> next = new LinkedHashMap<>(leases);
    for (LeaseChange change : changes) {
      if (!apply(change, next)) {
        return Optional.of(new LeaseStoreException("stale: " + change, true, null));
      }
    }
    leases.clear();
    leases.putAll(next);
    commits++;
    return Optional.empty();
  }

  private static boolean apply(LeaseChange change, Map<String, Lease> leases) {
    if (change instanceof LeaseChange.Remove remove) {
      Lease removed = leases.remove(remove.lease().id());
      return removed != null && removed.revision() == remove.lease().revision();
    }
    Lease lease = ((LeaseChange.Put) change).lease();
    Lease old = leases.put(lease.id(), lease);
    return lease.revision() == (old == null ? 1 : old.revision() + 1)
        && leases.values().stream()
            .noneMatch(other -> !other.id().equals(lease.id()) && collide(other, lease));
  }

  private static boolean collide(Lease one, Lease other) {
    boolean sameVersion = one.clientAddress().getClass().equals(other.clientAddress().getClass());
    Optional<String> name = one.arrangements().name();
    return one.clientAddress().equals(other.clientAddress())
        || (sameVersion && one.owner().equals(other.owner()))
        || (sameVersion && name.isPresent() && name.equals(other.arrangements().name()))
        || (one.prefix().isPresent() && one.prefix().equals(other.prefix()));
  }
}
