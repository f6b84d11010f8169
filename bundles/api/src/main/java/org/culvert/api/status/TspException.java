package org.culvert.api.status;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a peer is to be told, from wherever it was decided to the one place that writes it.
 *
 * <p>Its message is for logs; the peer sees only the code, the code's text, what it is advised to
 * do and the referral.
 */
public final class TspException extends RuntimeException {
  private static final long serialVersionUID = 1L;
  private static final Pattern ADVICE = Pattern.compile("[A-Za-z0-9 ,;:./()-]{1,120}");

  private final StatusCode code;
  private final transient @Nullable Referral referral;
  private final boolean peerProved;
  private final @Nullable String words;
  private final @Nullable String advice;

  /** Refuses with a code; the message says why, for the log. */
  public TspException(StatusCode code, String message) {
    this(code, message, null, null, false, null, null);
  }

  /** Refuses with a code and keeps the cause. */
  public TspException(StatusCode code, String message, Throwable cause) {
    this(code, message, null, cause, false, null, null);
  }

  /** Refuses with a code and names other brokers. */
  public TspException(StatusCode code, String message, Referral referral) {
    this(code, message, referral, null, false, null, null);
  }

  private TspException(
      StatusCode code,
      String message,
      @Nullable Referral referral,
      @Nullable Throwable cause,
      boolean peerProved,
      @Nullable String words,
      @Nullable String advice) {
    super(code.number() + " " + message, cause);
    this.code = code;
    this.referral = referral;
    this.peerProved = peerProved;
    this.words = words;
    this.advice = advice;
  }

  /**
   * Hands on the refusal of a peer.
   *
   * @param words what the peer wrote after the number, fit for a terminal; may be empty
   * @param referral the brokers that it named, if any
   */
  public static TspException ofPeer(StatusCode code, String words, Optional<Referral> referral) {
    String message = "said by the broker" + (words.isEmpty() ? "" : ": " + words);
    return new TspException(code, message, referral.orElse(null), null, false, words, null);
  }

  /** Returns the same refusal as the word of a peer that had proved who it is. */
  public TspException ofProvedPeer() {
    return new TspException(code, reason(), referral, this, true, words, advice);
  }

  /**
   * Returns the same refusal with what the peer can do about it, which is written after the code's
   * text.
   *
   * @param what 1 to 120 letters, digits and marks that mean nothing in XML, so that the reply
   *     stays a line that the oldest clients can read; it says nothing of other users
   */
  public TspException advising(String what) {
    if (!ADVICE.matcher(what).matches()) {
      throw new IllegalArgumentException("not fit for a status line: " + what);
    }
    String message = reason() + "; advised: " + what;
    return new TspException(code, message, referral, this, peerProved, words, what);
  }

  /** Returns why, for a log that shows the code by itself. */
  public String reason() {
    return String.valueOf(getMessage()).substring((code.number() + " ").length());
  }

  /** Returns what the peer can do about it; empty: the code's text says all. */
  public Optional<String> advice() {
    return Optional.ofNullable(advice);
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
