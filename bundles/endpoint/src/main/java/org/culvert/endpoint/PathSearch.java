package org.culvert.endpoint;

import java.time.Duration;
import java.util.OptionalInt;

/**
 * Searches the largest packet that one tunnel's path carries, and notices when that shrinks (RFC
 * 8899 section 5). Sizes are octets of inner packets; times are nanoseconds of one monotonic clock.
 *
 * <ol>
 *   <li>It begins with the base, which every path must carry ({@link PathBase}) and which is never
 *       probed.
 *   <li>It probes the largest that may be, and others in the order of {@link PathSizes}. What
 *       passes is used at once.
 *   <li>While packets flow, that is probed again: a path that loses large packets without a word (a
 *       black hole) is known by the probes that stay without an answer. Then the base is used at
 *       once, and the search begins anew, with smaller sizes. While larger sizes are judged, such
 *       probes are sent beside theirs ({@link UsedSize}); when the network says that less is
 *       carried, the search waits for them.
 *   <li>The network is never believed (section 4.6.2): the size that it names is the next one to be
 *       probed while something is searched, now or after the size that is used was lost.
 *   <li>Probes that stay without an answer say something about their size only if a small packet is
 *       answered: a path that is dead carries none.
 *   <li>Now and then it looks whether the path carries more than before ({@link PathRaise}).
 * </ol>
 *
 * <p>Not for several threads at a time.
 */
final class PathSearch {
  /** A path whose probes of one size are lost so many times does not carry it (MAX_PROBES). */
  static final int PROBES = 3;

  /** How long an answer may take (PROBE_TIMER, of which section 5.1.1 asks for one second). */
  static final long TIME_TO_ANSWER = Duration.ofSeconds(1).toNanos();

  /** The pause between probes of one size. */
  static final long PAUSE = Duration.ofMillis(250).toNanos();

  /** How long a tunnel counts as used after large packets went into it. */
  private static final long IN_USE = Duration.ofSeconds(3).toNanos();

  /** Words of the network interrupt a search for more no sooner: a size is judged meanwhile. */
  private static final long UNDISTURBED = Duration.ofSeconds(3).toNanos();

  /** When to try again whether this host can send, where nobody waits for it. */
  private static final long UNREACHABLE = Duration.ofSeconds(5).toNanos();

  /** Octets of what is sent to learn whether anything is answered at all. */
  static final int SMALL = 96;

  private final PathSizes sizes;
  private final PathLife life = new PathLife();
  private final PathRaise raise = new PathRaise();
  private final UsedSize used = new UsedSize();

  /** What is being probed, once all has been looked at, or 0. */
  private int probing;

  /** The size whose probes were not answered, while a small packet is waited for. */
  private int unproven;

  private int unanswered;
  private long firstUnanswered;

  /** When the size that is used was last seen to pass. */
  private long confirmed;

  /** Whether a search for more waits until the size that is used was seen to pass. */
  private boolean interrupted;

  /** Words of the network draw one probe a second, whoever writes them: until then, none. */
  private long calmUntil;

  private long next;
  private long usedUntil;

  /** Begins with the base, up to a limit; the encapsulation adds so many octets to each packet. */
  PathSearch(int base, int limit, int overhead, long now) {
    this.sizes = new PathSizes(base, limit, overhead);
    this.usedUntil = now - 1;
    this.calmUntil = now;
    this.confirmed = now;
    settle(now);
  }

  /** Returns the size that the path carried and was seen to carry no more, once. */
  OptionalInt lost() {
    return sizes.lost();
  }

  /** Returns the size that is used. */
  int mtu() {
    return sizes.passed();
  }

  /** Tells whether something has to be looked at within the next second. */
  boolean isBusy(long now) {
    return life.isAsked()
        ? life.isBusy(isUsed(now), now)
        : probing > 0 || interrupted || isInUse(now) || mayHaveGrown(now);
  }

  private boolean mayHaveGrown(long now) {
    return isJudged() && !sizes.isLimit() && raise.isDue(now);
  }

  private boolean isJudged() {
    return isAtRest() && !life.isAsked();
  }

  private boolean isAtRest() {
    return probing == 0 && !interrupted;
  }

  private boolean isInUse(long now) {
    return !sizes.isBase() && isUsed(now);
  }

  private boolean isUsed(long now) {
    return now - usedUntil < 0;
  }

  /** Takes note that packets flow into the tunnel that are larger than the base, or may be. */
  void used(long now) {
    if (isAtRest() && !isInUse(now)) {
      unanswered = 0;
    }
    usedUntil = now + IN_USE;
    life.used(now);
  }

  /** Takes note that packets were dropped because they are larger than what is used. */
  void wanted(long now) {
    life.stirred(now);
    if (sizes.isBase() && isJudged()) {
      raise.wanted(now);
    }
  }

  /** Takes note that something came out of the tunnel. */
  void heard(long now) {
    life.stirred(now);
  }

  /** Takes note that the other end is heard again after a silence. */
  void heardAgain(long now) {
    if (life.isAsked()) {
      life.heardAgain(now);
    } else if (sizes.isBase() && isAtRest()) {
      raise.doubted(now);
    }
  }

  /**
   * Takes note that the network is said to carry less than what was sent; whoever said so, the
   * probes decide.
   *
   * @param size what would pass, or the base if that was not said
   */
  void reported(int size, long now) {
    sizes.named(size, now);
    boolean mayLook =
        isAtRest()
            ? !isInUse(now) && now - calmUntil >= 0
            : !interrupted && now - confirmed >= UNDISTURBED;
    if (size < mtu() && mayLook) {
      interrupt(now);
    }
  }

  /** Looks first whether what is used still passes; the search goes on when that is answered. */
  private void interrupt(long now) {
    interrupted = true;
    probing = 0;
    life.stop();
    unanswered = 0;
    next = now;
  }

  /** Returns the size of the probe that is to be sent now, if one is; then there may be another. */
  OptionalInt due(long now) {
    expire(now);
    if (life.isAsked()) {
      return life.due(isUsed(now), now) ? OptionalInt.of(SMALL) : OptionalInt.empty();
    }
    if (mayHaveGrown(now)) {
      sizes.beginAbove();
      settle(now);
    }
    if (probing == 0 || !isInUse(now)) {
      used.seen(now);
    } else if (used.isDue(now)) {
      return OptionalInt.of(mtu());
    }
    int named = probing > 0 && now - calmUntil >= 0 ? sizes.named(now) : 0;
    if (named > 0) {
      calmUntil = now + TIME_TO_ANSWER;
      return OptionalInt.of(named);
    }
    if (now - next < 0) {
      return OptionalInt.empty();
    }
    int glance = probing > 0 && unanswered == 0 ? sizes.glance() : 0;
    if (glance > 0) {
      long pause = sizes.isNextAtOnce() ? 0 : PAUSE;
      next = now + (sizes.isWorthWaiting() ? TIME_TO_ANSWER : pause);
      return OptionalInt.of(glance);
    }
    int size = probing > 0 ? probing : interrupted || isInUse(now) ? mtu() : 0;
    boolean waits = unanswered >= PROBES && (probing > 0 || !isInUse(now));
    if (size == 0 || waits) {
      return OptionalInt.empty();
    }
    if (unanswered++ == 0) {
      firstUnanswered = now;
    }
    next = now + PAUSE;
    return OptionalInt.of(size);
  }

  /** Takes the time into account that went by without an answer. */
  private void expire(long now) {
    if (life.isAsked()) {
      return;
    }
    if (probing > 0 && isInUse(now) && used.isLost(now)) {
      probing = 0;
      used.seen(now);
      doubt(mtu(), now);
      sizes.fallBack();
    } else if (unanswered >= PROBES) {
      judge(now);
    }
  }

  private void judge(long now) {
    if (probing > 0 && now - next >= TIME_TO_ANSWER - PAUSE) {
      doubt(probing, now);
    } else if (probing == 0 && now - firstUnanswered >= TIME_TO_ANSWER) {
      // Whatever is the matter, small packets are the ones that may get through.
      doubt(mtu(), now);
      sizes.fallBack();
    }
  }

  private void doubt(int size, long now) {
    unproven = size;
    life.ask(now);
  }

  /** A small packet was answered: at once, or when a path that was dead is alive again. */
  private void proven(long now) {
    // Of a path that was dead before nothing is known of any size, neither now nor then.
    boolean unknown = life.wasDead(now);
    if (unknown) {
      used.seen(now);
      if (sizes.isBase()) {
        sizes.begin(Integer.MAX_VALUE);
      }
      goOn(now);
    } else if (probing == 0) {
      sizes.lost(unproven);
      settle(now);
    } else {
      refused(unproven, now);
    }
  }

  /** A probe of this size came through. */
  void answered(int size, long now) {
    if (size == SMALL && life.isAsked()) {
      proven(now);
    } else if (size == mtu()) {
      confirmed = now;
      used.seen(now);
      if (interrupted) {
        calmUntil = now + unanswered * TIME_TO_ANSWER;
        goOn(now);
      }
      unanswered = probing == 0 ? 0 : unanswered;
    } else if (sizes.passes(size)) {
      confirmed = now;
      used.seen(now);
      raise.found();
      if (life.isAsked() && size == unproven) {
        // Late, and nothing new.
        goOn(now);
      } else {
        settle(now);
      }
    }
  }

  /** This host can send nothing into the tunnel now, whatever its size. */
  void unreachable(long now) {
    next = now + (isUsed(now) ? TIME_TO_ANSWER : UNREACHABLE);
    life.postpone(next);
    used.seen(now);
    unanswered = 0;
  }

  /** A packet of this size cannot be sent, or none of its probes came through. */
  void refused(int size, long now) {
    if (size == SMALL) {
      return;
    }
    if (size <= mtu()) {
      sizes.lost(mtu());
      settle(now);
    } else if (sizes.fails(size)) {
      settle(now);
    }
  }

  /** Goes on to the next size with what was learned, or rests if there is none. */
  private void settle(long now) {
    raise.judged(now);
    life.judged();
    goOn(now);
  }

  private void goOn(long now) {
    interrupted = false;
    life.stop();
    next = now;
    probing = sizes.careful();
    // Where nothing is left to be judged, the size that is used is, by what was seen of it.
    unanswered = probing == 0 ? used.unanswered() : 0;
    firstUnanswered = used.firstUnanswered();
  }
}
