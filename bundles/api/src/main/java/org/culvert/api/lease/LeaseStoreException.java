package org.culvert.api.lease;

import org.jspecify.annotations.Nullable;

/** Says that a lease store could not do what it was asked to. */
public final class LeaseStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final boolean stale;

  /**
   * @param message the cause in one line
   * @param stale whether a lease was not at the revision that a change was based on
   * @param cause the cause
   */
  public LeaseStoreException(String message, boolean stale, @Nullable Throwable cause) {
    super(message, cause);
    this.stale = stale;
  }

  /** Tells whether another change came first. */
  public boolean stale() {
    return stale;
  }
}
