package org.culvert.client;

import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Remembers, over restarts, what worked last for this user at these brokers: the broker that
 * answered, the transport and the version. It holds nothing secret, and losing it costs a few
 * seconds.
 *
 * <p>None of it is for ever, since whoever can drop a packet or forge a refusal can bring it about:
 *
 * <ul>
 *   <li>a transport that is not the first choice is tried first for {@link #DETOUR}, then the first
 *       choice is;
 *   <li>broker and version are forgotten after {@link #LIFE};
 *   <li>an older version is remembered only when it was all there was twice, and never if a newer
 *       one worked within {@link #TRUST}.
 * </ul>
 *
 * <p>Confined to the client's thread. Time is counted on a scale that never jumps; only the file
 * holds dates, and one that lies in the future says nothing.
 */
final class Memory {
  static final Duration DETOUR = Duration.ofMinutes(10);
  static final Duration LIFE = Duration.ofDays(1);
  static final Duration TRUST = Duration.ofDays(7);

  private static final Logger LOG = LoggerFactory.getLogger(Memory.class);
  private static final int LARGEST_FILE = 4096;

  private final StateFile file;
  private final String servers;
  private final String user;
  private final String referrals;
  private final Transport preferred;
  private final Timepiece time;
  private Optional<Remembered> remembered = Optional.empty();
  private long since;
  private long detourSince;
  private Optional<String> highest = Optional.empty();
  private long highestSince;
  private Optional<String> suspected = Optional.empty();
  private boolean complained;
  private Map<String, String> written = Map.of();

  /**
   * Reads the file if there is one.
   *
   * @param settings what was learned under other brokers, as another user, or while other referrals
   *     were followed is not believed
   * @param disk writes the file, and may block
   */
  Memory(ClientSettings settings, Timepiece time, Executor disk) {
    Path path = settings.state();
    this.file = new StateFile(path, "the broker that answered last", LARGEST_FILE, disk);
    this.servers = settings.servers().toString();
    this.user = settings.credentials().toString();
    this.referrals = settings.referrals().name();
    this.preferred = settings.transports().get(0);
    this.time = time;
    load();
  }

  /**
   * Returns what to try first.
   *
   * @param works whether the broker's tunnel works now, so that no other broker is to be asked
   *     first
   */
  Optional<Remembered> recall(boolean works) {
    boolean fresh = time.since(since).compareTo(LIFE) < 0;
    return remembered
        .filter(r -> works || fresh)
        .map(
            r ->
                new Remembered(
                    r.broker(),
                    new Ladder.Rung(
                        isDetour(r) && detourIsOver() ? preferred : r.rung().transport(),
                        fresh ? r.rung().version() : Ladder.NEWEST),
                    highest));
  }

  private boolean isDetour(Remembered what) {
    return what.rung().transport() != preferred;
  }

  private boolean detourIsOver() {
    return time.since(detourSince).compareTo(DETOUR) >= 0;
  }

  /** Notes what works, and has it written down. */
  void remember(Remembered worked) {
    long now = time.nanos();
    Remembered kept =
        new Remembered(
            worked.broker(), new Ladder.Rung(worked.rung().transport(), versionToRemember(worked)));
    boolean same = remembered.equals(Optional.of(kept));
    // As long as it is not over, nothing else was tried, so nothing new is known about it.
    if (!same || detourIsOver()) {
      detourSince = now;
    }
    if (!same || time.since(since).compareTo(LIFE) >= 0) {
      since = now;
    }
    remembered = Optional.of(kept);
    write(kept);
  }

  private String versionToRemember(Remembered worked) {
    String version = worked.rung().version();
    boolean trusted = time.since(highestSince).compareTo(TRUST) < 0;
    if (highest.filter(h -> trusted && Ladder.isBelow(version, h)).isPresent()) {
      if (!complained) {
        complained = true;
        LOG.warn(
            "{} spoke version {} only, although it has spoken {}; it is asked for that again each"
                + " time",
            worked.broker(),
            version,
            highest.get());
      }
      return Ladder.NEWEST;
    }
    complained = false;
    boolean again = suspected.equals(Optional.of(version));
    boolean before = remembered.filter(r -> r.rung().version().equals(version)).isPresent();
    suspected = Optional.of(version);
    if (!again && !before && Ladder.isBelow(version, Ladder.NEWEST)) {
      return Ladder.NEWEST;
    }
    highest = Optional.of(version);
    highestSince = time.nanos();
    return version;
  }

  /** Tries again to write what could not be written. */
  void flush() {
    file.flush();
  }

  private void write(Remembered what) {
    Map<String, String> content = new LinkedHashMap<>();
    content.put("servers", servers);
    content.put("user", user);
    content.put("referrals", referrals);
    content.put("broker", what.broker().toString());
    content.put("transport", what.rung().transport().name());
    content.put("version", what.rung().version());
    content.put("since", date(since));
    content.put("detourSince", date(detourSince));
    highest.ifPresent(version -> content.put("highest", version));
    content.put("highestSince", date(highestSince));
    if (!content.equals(written)) {
      written = content;
      file.keep(content);
      file.flush();
    }
  }

  private String date(long moment) {
    return Long.toString(time.timeOf(moment).getEpochSecond());
  }

  private void load() {
    Map<String, String> content = file.read();
    if (!servers.equals(content.get("servers"))
        || !user.equals(content.get("user"))
        || !referrals.equals(content.get("referrals"))) {
      return;
    }
    try {
      Remembered read =
          new Remembered(
              BrokerAddress.parse(content.getOrDefault("broker", ""), SignalingTarget.PORT),
              new Ladder.Rung(
                  Transport.valueOf(content.getOrDefault("transport", "")),
                  content.getOrDefault("version", "")));
      since = moment(content, "since", LIFE);
      detourSince = moment(content, "detourSince", DETOUR);
      highestSince = moment(content, "highestSince", Duration.ZERO);
      highest = Optional.ofNullable(content.get("highest"));
      remembered = Optional.of(read);
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      file.distrust(e.toString());
    }
  }

  /**
   * Returns when a stored date was.
   *
   * @param unknown the age of a date that lies in the future: by then or now the clock was wrong
   */
  private long moment(Map<String, String> content, String key, Duration unknown) {
    Instant date = Instant.ofEpochSecond(Long.parseLong(content.getOrDefault(key, "0")));
    Duration age = Duration.between(date, time.wall().instant());
    Duration bounded = age.compareTo(TRUST) > 0 ? TRUST : age;
    return time.nanos() - (bounded.isNegative() ? unknown : bounded).toNanos();
  }

  /**
   * What worked.
   *
   * @param broker the broker that answered, which a referral may have named
   * @param rung how
   * @param spoken the highest version that it has spoken, as far as is known
   */
  record Remembered(BrokerAddress broker, Ladder.Rung rung, Optional<String> spoken) {
    Remembered(BrokerAddress broker, Ladder.Rung rung) {
      this(broker, rung, Optional.empty());
    }
  }
}
