package org.culvert.protocol;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Runs a stage and comes back to the session's thread, unless the session is over by then. */
interface Stages {

  /**
   * Starts a stage.
   *
   * @param failed takes what the stage failed with, or the exception with which it did not start
   */
  <T> void run(
      Supplier<? extends CompletionStage<T>> stage,
      Consumer<? super T> done,
      Consumer<Throwable> failed);
}
