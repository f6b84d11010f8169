package org.culvert.api.service;

import org.jspecify.annotations.Nullable;

/** Says that a {@link TunnelService} could not do what it was asked to. */
public final class ServiceException extends Exception {
  private static final long serialVersionUID = 1L;

  private final boolean lasting;
  private final boolean ofTunnel;

  /**
   * @param message the cause in one line, for the shell and the log; no secret in it
   * @param lasting whether it will fail again until somebody changes something: it is not tried
   *     again by itself
   * @param cause the cause
   */
  public ServiceException(String message, boolean lasting, @Nullable Throwable cause) {
    this(message, lasting, false, cause);
  }

  private ServiceException(
      String message, boolean lasting, boolean ofTunnel, @Nullable Throwable cause) {
    super(message, cause);
    this.lasting = lasting;
    this.ofTunnel = ofTunnel;
  }

  /**
   * Returns a failure that may pass and is one tunnel's alone, as of a name server of its user's
   * that does not answer: it says nothing of the service, and others must not wait for it.
   */
  public static ServiceException ofTunnel(String message, @Nullable Throwable cause) {
    return new ServiceException(message, false, true, cause);
  }

  /** Returns a failure that may pass, as of a server that does not answer. */
  public static ServiceException passing(String message, @Nullable Throwable cause) {
    return new ServiceException(message, false, cause);
  }

  /** Returns a failure that lasts until somebody changes something. */
  public static ServiceException lasting(String message, @Nullable Throwable cause) {
    return new ServiceException(message, true, cause);
  }

  /** Tells whether it will fail again until somebody changes something. */
  public boolean isLasting() {
    return lasting;
  }

  /** Tells whether it is one tunnel's alone, and the service itself did its part. */
  public boolean isOfTunnel() {
    return ofTunnel;
  }
}
