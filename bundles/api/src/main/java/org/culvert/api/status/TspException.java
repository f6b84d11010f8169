package org.culvert.api.status;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a peer is to be told, from wherever it was decided to the one place that writes it.
 *
 * <p>Its message is for logs; the peer sees only the code, the code's text and the referral.
 */
public final class TspException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final StatusCode code;
  private final transient @Nullable Referral referral;

  /** Refuses with a code; the message says why, for the log. */
  public TspException(StatusCode code, String message) {
    this(code, message, null, null);
  }

  /** Refuses with a code and keeps the cause. */
  public TspException(StatusCode code, String message, Throwable cause) {
    this(code, message, null, cause);
  }

  /** Refuses with a code and names other brokers. */
  public TspException(StatusCode code, String message, Referral referral) {
    this(code, message, referral, null);
  }

  private TspException(
      StatusCode code, String message, @Nullable Referral referral, @Nullable Throwable cause) {
    super(code.number() + " " + message, cause);
    this.code = code;
    this.referral = referral;
  }

  /** Returns the code to write. */
  public StatusCode code() {
    return code;
  }

  /** Returns the brokers to name after the code. */
  public Optional<Referral> referral() {
    return Optional.ofNullable(referral);
  }
}
