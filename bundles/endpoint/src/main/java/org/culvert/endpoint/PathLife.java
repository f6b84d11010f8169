package org.culvert.endpoint;

import java.time.Duration;

/**
 * Asks with small packets whether a path is alive that left probes without an answer. The first few
 * follow each other soon; a path that answers none is asked again only while packets flow into it
 * or out of it, and ever later: its other end may be one that answers nobody.
 *
 * <p>Times are nanoseconds of one monotonic clock. Not for several threads at a time.
 */
final class PathLife {
  /** So many small packets are sent before the path counts as dead. */
  private static final int PROBES = 3;

  private static final long PAUSE = Duration.ofMillis(250).toNanos();
  private static final long TIME_TO_ANSWER = Duration.ofSeconds(1).toNanos();

  /** The pause doubles so many times, to a minute. */
  private static final int MOST_DOUBLINGS = 6;

  /** The pause while nobody uses the path. */
  private static final long REST = Duration.ofMinutes(10).toNanos();

  private boolean asks;
  private long since;
  private long next;
  private int sent;

  /** When the last one was sent. */
  private long asked;

  /** How many answers in a row came late. */
  private int late;

  /** Whether the next one waits until the path is used. */
  private boolean rests;

  /** Begins to ask. */
  void ask(long now) {
    asks = true;
    since = now;
    next = now;
    sent = 0;
    rests = false;
  }

  void stop() {
    asks = false;
  }

  boolean isAsked() {
    return asks;
  }

  /**
   * Takes note of the answer, and tells whether it came so late that the path was dead before. If
   * that happens again until a size is judged, the path is a long one and not one that was dead
   * twice.
   */
  boolean wasDead(long now) {
    return now - since >= TIME_TO_ANSWER && late++ == 0;
  }

  /** Takes note that something was learned of a size. */
  void judged() {
    late = 0;
  }

  /** Tells whether something has to be looked at within the next second. */
  boolean isBusy(boolean used, long now) {
    return sent < PROBES || used || now - next >= 0;
  }

  /** Takes note that packets flow. */
  void used(long now) {
    if (rests) {
      rests = false;
      next = now;
    }
  }

  /** Takes note that something came out, or should go in: an outage may be over. */
  void stirred(long now) {
    if (rests) {
      rests = false;
      long due = asked + pause();
      next = due - now < 0 ? now : due;
    }
  }

  /** Takes note that the other end is heard again after a silence: it is asked at once. */
  void heardAgain(long now) {
    rests = false;
    sent = 0;
    next = now;
  }

  /** Nothing can be sent until then. */
  void postpone(long until) {
    next = until;
  }

  /** Tells whether a small packet is to be sent now. */
  boolean due(boolean used, long now) {
    if (now - next < 0) {
      return false;
    }
    sent++;
    asked = now;
    rests = sent >= PROBES && !used;
    next = now + (rests ? REST : pause());
    return true;
  }

  private long pause() {
    return sent < PROBES ? PAUSE : TIME_TO_ANSWER << Math.min(sent - PROBES, MOST_DOUBLINGS);
  }
}
