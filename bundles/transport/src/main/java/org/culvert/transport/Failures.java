package org.culvert.transport;

import java.util.concurrent.CompletionException;

/** Failures of stages, as callers want to see them. */
final class Failures {
  private Failures() {}

  /** Takes off what stages wrap around a cause on its way. */
  static Throwable unwrapped(Throwable failure) {
    Throwable cause = failure.getCause();
    return failure instanceof CompletionException && cause != null ? cause : failure;
  }
}
