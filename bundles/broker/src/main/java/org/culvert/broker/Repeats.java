package org.culvert.broker;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.culvert.api.lease.Lease;

/**
 * Changes of leases that the store refused: each is made again as soon as the store works, as long
 * as the lease is still what it was. Without this a tunnel whose client is gone would stay until
 * its lifetime ends. They are kept in memory only. For the broker's thread.
 */
final class Repeats {
  /** How long a change waits if the store does not say whether it works, or refuses it again. */
  static final Duration PAUSE = Duration.ofSeconds(30);

  /** A slot may have several, of which each has a reason of its own. */
  private record Key(Slot slot, String why) {}

  /**
   * A change that waits.
   *
   * @param due not before this, by the broker's uptime
   */
  private record Repeat(
      Lease lease, Supplier<CompletionStage<Void>> step, Predicate<Lease> still, Duration due) {}

  private final Ledger ledger;
  private final Turns turns;

  /** In the order in which they were refused first. */
  private final Map<Key, Repeat> waiting = new LinkedHashMap<>();

  Repeats(Ledger ledger, Turns turns) {
    this.ledger = ledger;
    this.turns = turns;
  }

  /**
   * Makes a change now, in a turn of the lease's slot, or later if the store refuses it. While the
   * store says that it can store nothing, the change is not even tried.
   *
   * @param why what the log says of the change
   * @param still whether the change is still wanted, when it is made again
   * @return fails with 310 if the change has to wait
   */
  CompletionStage<Void> surely(
      Lease lease, String why, Supplier<CompletionStage<Void>> step, Predicate<Lease> still) {
    Optional<String> obstacle = ledger.obstacle();
    if (obstacle.isPresent()) {
      note(new Repeat(lease, step, still, uptime()), why);
      return CompletableFuture.failedFuture(Ledger.cannotStore(obstacle.get(), null));
    }
    return step.get()
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null) {
                waiting.remove(new Key(Slot.of(lease), why));
              } else {
                boolean first = !awaits(lease, why) && ledger.obstacle().isPresent();
                Duration due = first ? uptime() : uptime().plus(PAUSE);
                note(new Repeat(lease, step, still, due), why);
              }
            });
  }

  private void note(Repeat repeat, String why) {
    Lease lease = repeat.lease();
    if (waiting.put(new Key(Slot.of(lease), why), repeat) == null) {
      LifeLog.event(lease, why + "; " + told(lease));
    }
  }

  private Duration uptime() {
    return ledger.clock().uptime();
  }

  private static String told(Lease lease) {
    return "the lease store cannot take this now: "
        + (lease.state() == Lease.State.ACTIVE ? "the tunnel stands until it can, " : "")
        + "and then it is done";
  }

  /** Tells whether this change of a lease waits. */
  boolean awaits(Lease lease, String why) {
    return waiting.containsKey(new Key(Slot.of(lease), why));
  }

  /** Forgets what waits for a slot: its lease has become another. */
  void forget(Slot slot) {
    waiting.keySet().removeIf(key -> key.slot().equals(slot));
  }

  /** Makes those again whose time has come; the store is not known to refuse. */
  void sweep() {
    Duration now = uptime();
    for (Map.Entry<Key, Repeat> entry : List.copyOf(waiting.entrySet())) {
      if (entry.getValue().due().compareTo(now) <= 0) {
        Key key = entry.getKey();
        turns.take(Set.of(key.slot()), () -> again(key, entry.getValue()));
      }
    }
  }

  private CompletionStage<Void> again(Key key, Repeat repeat) {
    if (!waiting.remove(key, repeat)) {
      return CompletableFuture.completedFuture(null);
    }
    Optional<Lease> now = ledger.book().byId(repeat.lease().id()).filter(repeat.still());
    if (now.isEmpty()) {
      return CompletableFuture.completedFuture(null);
    }
    waiting.put(key, repeat);
    return surely(now.get(), key.why(), repeat.step(), repeat.still());
  }

  /** Returns what waits, a line for each lease's id. */
  Map<String, String> lines() {
    Map<String, String> lines = new LinkedHashMap<>();
    waiting.forEach(
        (key, repeat) ->
            lines.merge(
                repeat.lease().id(),
                key.why() + "; " + told(repeat.lease()),
                (one, other) -> one + "; " + other));
    return lines;
  }
}
