package org.culvert.broker;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * Lets the steps that concern one slot follow one another, while steps for others go on: a step
 * ends only when the disk has answered.
 *
 * <p>A step waits only for steps that came before it, so no circle of waiting can arise. For the
 * broker's thread.
 */
final class Turns {
  private final Executor thread;
  private final Map<Slot, CompletableFuture<Void>> last = new HashMap<>();
  private CompletableFuture<Void> barrier = CompletableFuture.completedFuture(null);

  Turns(Executor thread) {
    this.thread = thread;
  }

  /** Runs a step when all earlier ones of these slots are done. */
  <T> CompletionStage<T> take(Set<Slot> slots, Supplier<CompletionStage<T>> step) {
    List<CompletableFuture<Void>> earlier = new ArrayList<>();
    earlier.add(barrier);
    CompletableFuture<Void> done = new CompletableFuture<>();
    for (Slot slot : slots) {
      CompletableFuture<Void> before = last.put(slot, done);
      if (before != null) {
        earlier.add(before);
      }
    }
    CompletionStage<T> result = after(earlier, step);
    result.whenComplete(
        (value, failure) -> {
          slots.forEach(slot -> last.remove(slot, done));
          done.complete(null);
        });
    return result;
  }

  /** Tells whether a step of a slot waits or is being run. */
  boolean busy(Slot slot) {
    return last.containsKey(slot);
  }

  /** Runs a step when all earlier ones are done, and all later ones when it is. */
  <T> CompletionStage<T> takeAll(Supplier<CompletionStage<T>> step) {
    List<CompletableFuture<Void>> earlier = new ArrayList<>(last.values());
    earlier.add(barrier);
    CompletableFuture<Void> done = new CompletableFuture<>();
    barrier = done;
    CompletionStage<T> result = after(earlier, step);
    result.whenComplete((value, failure) -> done.complete(null));
    return result;
  }

  private <T> CompletionStage<T> after(
      Collection<CompletableFuture<Void>> earlier, Supplier<CompletionStage<T>> step) {
    if (earlier.stream().allMatch(CompletableFuture::isDone)) {
      return run(step);
    }
    return CompletableFuture.allOf(earlier.toArray(CompletableFuture[]::new))
        .thenComposeAsync(nothing -> run(step), thread);
  }

  private static <T> CompletionStage<T> run(Supplier<CompletionStage<T>> step) {
    try {
      return step.get();
    } catch (RuntimeException | LinkageError e) {
      return CompletableFuture.failedFuture(e);
    }
  }
}
