package org.culvert.protocol;

import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Stages whose ends are run on one executor, until their session forgets them. */
final class ConfinedStages implements Stages {
  private final Executor confined;
  private final Consumer<Runnable> resume;
  private int generation;

  /**
   * @param confined where stages end
   * @param resume runs what a stage's end leads to, there
   */
  ConfinedStages(Executor confined, Consumer<Runnable> resume) {
    this.confined = confined;
    this.resume = resume;
  }

  @Override
  public <T> void run(
      Supplier<? extends CompletionStage<T>> stage,
      Consumer<? super T> done,
      Consumer<Throwable> failed) {
    int mine = generation;
    CompletionStage<T> started;
    try {
      started = stage.get();
    } catch (RuntimeException e) {
      failed.accept(e);
      return;
    }
    started.whenCompleteAsync(
        (result, failure) -> {
          if (mine == generation) {
            resume.accept(
                failure == null
                    ? () -> done.accept(result)
                    : () -> failed.accept(causeOf(failure)));
          }
        },
        confined);
  }

  /** Lets every stage that still runs end without a consequence. */
  void forget() {
    generation++;
  }

  private static Throwable causeOf(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
