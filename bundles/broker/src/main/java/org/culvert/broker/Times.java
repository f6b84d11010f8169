package org.culvert.broker;

import java.time.Duration;
import org.culvert.api.account.Grant;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;

/**
 * How long things last.
 *
 * @param lifetime how long a tunnel of an account lives to which nothing else is granted
 * @param anonymous how long an anonymous tunnel lives
 * @param offer how long an offer waits to be accepted
 * @param reservation how long what an account had stays its own
 * @param quarantine how long what somebody had rests
 * @param prolong which tunnels live on while packets come out of them
 */
record Times(
    Lifetime lifetime,
    Lifetime anonymous,
    Duration offer,
    Duration reservation,
    Duration quarantine,
    Prolong prolong) {
  private static final int MOST_MINUTES = 5_256_000;
  private static final int MOST_ANONYMOUS_MINUTES = 1440;

  /** How long one lives who is told no lifetime. */
  private static final Duration USUAL = Duration.ofDays(1);

  private static final Duration USUAL_ANONYMOUS = Duration.ofMinutes(10);

  /**
   * How long tunnels live unless their users ask again.
   *
   * @param set whether the operator has said so
   */
  record Lifetime(Duration time, boolean set) {
    private static Lifetime of(String key, int minutes, int most, Duration usual) {
      return minutes == 0
          ? new Lifetime(usual, false)
          : new Lifetime(Duration.ofMinutes(Keys.within(key, minutes, 1, most)), true);
    }
  }

  /** Which tunnels live on while packets come out of them. */
  enum Prolong {
    /** Those whose lifetime nobody has set. */
    UNSET,
    /** Those whose lifetime the configuration sets, too. */
    TRUE,
    /** None. */
    FALSE;

    private static Prolong of(String text) {
      return Keys.word("prolong", text, Prolong.class, "write unset, true or false");
    }
  }

  static Times from(Config config) {
    return new Times(
        Lifetime.of("lifetime", config.lifetime(), MOST_MINUTES, USUAL),
        Lifetime.of(
            "anonymousLifetime",
            config.anonymousLifetime(),
            MOST_ANONYMOUS_MINUTES,
            USUAL_ANONYMOUS),
        Duration.ofSeconds(Keys.within("offerTimeout", config.offerTimeout(), 1, 3600)),
        Duration.ofDays(Keys.within("reservation", config.reservation(), 0, 36_500)),
        Duration.ofMinutes(Keys.within("quarantine", config.quarantine(), 0, 525_600)),
        Prolong.of(config.prolong()));
  }

  /** Returns how long a tunnel lives from the moment when it is accepted. */
  Duration lifetime(boolean ofAnonymous, Grant grant) {
    return grant.lifetime().orElse(of(ofAnonymous).time());
  }

  /** Tells whether a tunnel lives on while packets come out of it. */
  boolean prolongs(Lease lease) {
    if (lease.grant().lifetime().isPresent()) {
      return false;
    }
    return switch (prolong) {
      case UNSET -> !of(lease.anonymous()).set();
      case TRUE -> true;
      case FALSE -> false;
    };
  }

  /** Says that the time of a lease is over, and of a tunnel, who set it. */
  String ranOut(Lease lease) {
    String why = "its time ran out";
    if (lease.state() != State.ACTIVE || prolongs(lease)) {
      return why;
    }
    long minutes = lifetime(lease.anonymous(), lease.grant()).toMinutes();
    return "%s after %d minutes, whatever flows: %s".formatted(why, minutes, setBy(lease));
  }

  private String setBy(Lease lease) {
    if (lease.grant().lifetime().isPresent()) {
      return "the lifetime of its account";
    }
    String key =
        prolong == Prolong.FALSE ? "prolong" : lease.anonymous() ? "anonymousLifetime" : "lifetime";
    return "%s in etc/%s.cfg".formatted(key, Keys.PID);
  }

  private Lifetime of(boolean ofAnonymous) {
    return ofAnonymous ? anonymous : lifetime;
  }
}
