package org.culvert.protocol;

import javax.security.sasl.SaslException;

/**
 * Says that a client can be neither let in nor refused now: what knows its user is away, or too
 * many have failed before it. The client is told 530 and may come back; 300 would have it believe
 * that its password is wrong.
 */
public final class AuthenticationUnavailableException extends SaslException {
  private static final long serialVersionUID = 1L;

  private final String reason;

  /**
   * @param reason lower-case words, to be counted
   */
  public AuthenticationUnavailableException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** Says so because of something else that happened. */
  public AuthenticationUnavailableException(String reason, Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  /** Returns why, in lower-case words. */
  public String reason() {
    return reason;
  }
}
