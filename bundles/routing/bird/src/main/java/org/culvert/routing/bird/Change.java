package org.culvert.routing.bird;

import java.util.Optional;
import org.culvert.api.service.ServiceException;
import org.jspecify.annotations.Nullable;

/** That a tunnel's file shall hold something else, and what came of it. Guarded by a lock. */
final class Change {
  private final TunnelName name;
  private final Optional<String> content;
  private Optional<String> before = Optional.empty();
  private boolean isWritten;
  private boolean isDone;
  private @Nullable ServiceException problem;

  /**
   * @param content what the file shall hold; empty: it shall be gone
   */
  Change(TunnelName name, Optional<String> content) {
    this.name = name;
    this.content = content;
  }

  TunnelName name() {
    return name;
  }

  Optional<String> content() {
    return content;
  }

  /** Returns what the file held before. */
  Optional<String> before() {
    return before;
  }

  void noteBefore(Optional<String> held) {
    before = held;
  }

  /** Tells whether the file may hold something else now. */
  boolean isWritten() {
    return isWritten;
  }

  void noteWritten() {
    isWritten = true;
  }

  boolean isDone() {
    return isDone;
  }

  void succeed() {
    isDone = true;
  }

  void fail(ServiceException why) {
    isDone = true;
    problem = why;
  }

  /** Returns if all went well. */
  void result() throws ServiceException {
    if (problem != null) {
      throw problem;
    }
  }
}
