package org.culvert.transport;

import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.transport.LatestRefusals.Key;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the operator of what is refused: a line at INFO for each, as far as {@link LineBudget}
 * goes, and the latest of each kind for the shell. What has no line is counted, and the number
 * written once a minute.
 *
 * <p>Safe for use by many threads.
 */
final class RefusalLog {
  private static final Logger LOG = LoggerFactory.getLogger("org.culvert.transport.refusals");
  private static final int KEPT = 256;
  private static final int KEPT_FORGED = 64;
  private static final int LONGEST_NAME = 64;
  private static final int LONGEST_REASON = 300;
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final Consumer<String> log;
  private final InstantSource dates;
  private final LongSupplier nanoTime;
  private final LineBudget lines;

  /** Guarded by this object's lock, as all below. */
  private final LatestRefusals ofUsers = new LatestRefusals(KEPT);

  private final LatestRefusals ofStrangers = new LatestRefusals(KEPT);
  private final LatestRefusals forged = new LatestRefusals(KEPT_FORGED);
  private long unwritten;
  private long firstUnwritten;

  /**
   * What was refused.
   *
   * @param proved whether the source is surely the one that it seems to be
   * @param user who is known to be a user
   * @param asked what stands for the name that was asked for, known or not
   * @param code what the client is told; empty if it is told nothing
   */
  record Event(
      Transport transport,
      InetSocketAddress remote,
      boolean proved,
      Optional<String> user,
      Optional<String> asked,
      Optional<String> mechanism,
      Optional<StatusCode> code,
      String reason) {

    /** Makes the event of a source that is not looked at any closer. */
    static Event of(
        Transport transport, InetSocketAddress remote, Optional<StatusCode> code, String reason) {
      return new Event(
          transport,
          Addresses.plain(remote),
          transport.isStream(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          code,
          reason);
    }
  }

  /**
   * @param dates tells when it is
   * @param nanoTime a clock that never goes back
   * @param entries how many users and sources are remembered, so that each gets a line
   */
  RefusalLog(InstantSource dates, LongSupplier nanoTime, int entries) {
    this(LOG::info, dates, nanoTime, entries);
  }

  /**
   * @param log takes the lines
   */
  RefusalLog(Consumer<String> log, InstantSource dates, LongSupplier nanoTime, int entries) {
    this.log = log;
    this.dates = dates;
    this.nanoTime = nanoTime;
    this.lines = new LineBudget(entries);
  }

  /** Takes note of one. */
  synchronized void note(Event event) {
    String source = Addresses.source(event.remote().getAddress()).toString();
    Optional<String> user = event.user().map(name -> printable(name, LONGEST_NAME));
    Optional<String> mechanism = event.mechanism().map(name -> printable(name, LONGEST_NAME));
    String reason = printable(event.reason(), LONGEST_REASON);
    LatestRefusals kept = kept(event);
    // Whoever makes names up has the rows and the lines of one source.
    Key key = new Key(source, event.transport(), user, mechanism, reason);
    RefusedAttempt attempt =
        new RefusedAttempt(
            dates.instant(),
            kept.times(key) + 1,
            user.or(event::asked),
            event.transport(),
            UserAddresses.text(event.remote()),
            mechanism,
            event.code(),
            reason);
    kept.put(key, attempt);
    long now = nanoTime.getAsLong();
    if (lines.take(user, source, event.proved(), now)) {
      log.accept("refused: " + line(attempt));
    } else if (unwritten++ == 0) {
      firstUnwritten = now;
    }
    tellUnwritten(now);
  }

  /** Strangers, of whom there may be any number, take no place from users. */
  private LatestRefusals kept(Event event) {
    if (!event.proved()) {
      return forged;
    }
    return event.user().isPresent() ? ofUsers : ofStrangers;
  }

  /** Tells how many had no line, if that is due; to be called now and then. */
  synchronized void settle() {
    tellUnwritten(nanoTime.getAsLong());
  }

  private void tellUnwritten(long now) {
    if (unwritten > 0 && now - firstUnwritten >= MINUTE) {
      log.accept(
          "refused: "
              + unwritten
              + " more in the last minute; culvert:refusals has the latest of each kind,"
              + " culvert:drops counts all");
      unwritten = 0;
    }
  }

  /** Returns the latest of each kind, the latest of all first. */
  synchronized List<RefusedAttempt> latest() {
    List<RefusedAttempt> all = new ArrayList<>(ofUsers.all());
    all.addAll(ofStrangers.all());
    all.addAll(forged.all());
    all.sort(Comparator.comparing(RefusedAttempt::last).reversed());
    return all;
  }

  /** Writes who, from where, how: what it was told, and why. */
  static String line(RefusedAttempt attempt) {
    return attempt.user().map(user -> "user " + user + ", ").orElse("")
        + attempt.source()
        + " over "
        + attempt.transport()
        + attempt.mechanism().map(mechanism -> ", " + mechanism).orElse("")
        + ": "
        + attempt.code().map(code -> code.number() + " ").orElse("closed, ")
        + attempt.reason();
  }

  /** Replaces whatever could forge a line or move a cursor, and cuts what is too long. */
  private static String printable(String text, int longest) {
    StringBuilder printable = new StringBuilder(Math.min(text.length(), longest));
    text.codePoints()
        .limit(longest)
        .map(c -> Character.isLetterOrDigit(c) || (c >= ' ' && c < 127) ? c : '?')
        .forEach(printable::appendCodePoint);
    return printable.toString();
  }
}
