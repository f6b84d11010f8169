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
  private final boolean peerProved;
  private final @Nullable String words;

  /** Refuses with a code; the message says why, for the log. */
  public TspException(StatusCode code, String message) {
    this(code, message, null, null, false, null);
  }

  /** Refuses with a code and keeps the cause. */
  public TspException(StatusCode code, String message, Throwable cause) {
    this(code, message, null, cause, false, null);
  }

  /** Refuses with a code and names other brokers. */
  public TspException(StatusCode code, String message, Referral referral) {
    this(code, message, referral, null, false, null);
  }

  private TspException(
      StatusCode code,
      String message,
      @Nullable Referral referral,
      @Nullable Throwable cause,
      boolean peerProved,
      @Nullable String words) {
    super(code.number() + " " + message, cause);
    this.code = code;
    this.referral = referral;
    this.peerProved = peerProved;
    this.words = words;
  }

  /**
   * Hands on the refusal of a peer.
   *
   * @param words what the peer wrote after the number, fit for a terminal; may be empty
   * @param referral the brokers that it named, if any
   */
  public static TspException ofPeer(StatusCode code, String words, Optional<Referral> referral) {
    String message = "said by the broker" + (words.isEmpty() ? "" : ": " + words);
    return new TspException(code, message, referral.orElse(null), null, false, words);
  }

  /** Returns the same refusal as the word of a peer that had proved who it is. */
  public TspException ofProvedPeer() {
    String message = String.valueOf(getMessage()).substring((code.number() + " ").length());
    return new TspException(code, message, referral, this, true, words);
  }

  /**
   * Returns what the peer wrote after the number of its refusal, which need not be our text for it;
   * empty if the refusal was decided on this side.
   */
  public Optional<String> words() {
    return Optional.ofNullable(words);
  }

  /** Returns the code to write. */
  public StatusCode code() {
    return code;
  }

  /** Returns the brokers to name after the code. */
  public Optional<Referral> referral() {
    return Optional.ofNullable(referral);
  }

  /**
   * Tells whether this was said by a peer that had proved who it is, so that its referral may be
   * trusted. A refusal that was decided on this side is nobody's word: false.
   */
  public boolean isOfProvedPeer() {
    return peerProved;
  }
}
