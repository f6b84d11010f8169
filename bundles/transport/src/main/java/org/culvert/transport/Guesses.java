package org.culvert.transport;

import java.util.Map;
import java.util.function.LongSupplier;
import org.culvert.api.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * How often passwords may be guessed: by a source, by its network, at a user, and in sum. A try
 * costs a token of each from the moment at which it begins, so that many at once are no way around;
 * the tokens come back if it does not fail.
 *
 * <p>A limit must not lock out those whom it protects. Where somebody has come in before, the
 * limits of the network and of the sum do not count, nor that of the user who did. What is tried
 * over UDP, where an address may be forged, takes nothing from what TCP and TLS need; what is tried
 * over those counts over UDP too.
 *
 * <p>Safe for use by many threads.
 */
final class Guesses {
  private static final double SECONDS_PER_MINUTE = 60;

  /** How much more than one source its network may fail, or others at one user, or all in sum. */
  static final int SOURCES_OF_NETWORK = 4;

  static final int SOURCES_OF_USER = 4;
  static final int SOURCES_IN_SUM = 100;

  private final LongSupplier nanoTime;
  private final Places streams;
  private final Places datagrams;
  private final TokenBuckets<String> users;
  private final Map<String, Boolean> known;

  /**
   * @param perMinute tries of one source that may fail in a minute; 0: any
   * @param burst how many of them may fail at once
   * @param entries how many sources, networks, users and places are remembered, of each
   * @param nanoTime a clock that never goes back
   */
  Guesses(int perMinute, int burst, int entries, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.streams = new Places(perMinute, burst, entries);
    this.datagrams = new Places(perMinute, burst, entries);
    this.users = buckets(perMinute, burst, SOURCES_OF_USER, entries);
    this.known = new RecentlyUsed<>(entries);
  }

  private static <K> TokenBuckets<K> buckets(int perMinute, int burst, int times, int entries) {
    return new TokenBuckets<>(perMinute * times / SECONDS_PER_MINUTE, burst * times, 0, entries);
  }

  /** Tells whether a source may try at all; takes nothing. */
  synchronized boolean mayTry(IpPrefix source, boolean stream) {
    return has(stream ? streams : datagrams, source, nanoTime.getAsLong());
  }

  /**
   * Begins to count what one session does to authenticate.
   *
   * @param stream whether the source is surely the one that it seems to be
   */
  Guess from(IpPrefix source, boolean stream) {
    return new Guess(source, stream);
  }

  private boolean has(Places places, IpPrefix source, long now) {
    return places.has(source, now)
        && (known.containsKey(source.toString()) || places.hasAround(source, now));
  }

  /** Buckets of sources, of their networks, and of all. */
  private static final class Places {
    private static final String ALL = "all";

    private final TokenBuckets<IpPrefix> sources;
    private final TokenBuckets<IpPrefix> networks;
    private final TokenBuckets<String> sum;

    Places(int perMinute, int burst, int entries) {
      sources = buckets(perMinute, burst, 1, entries);
      networks = buckets(perMinute, burst, SOURCES_OF_NETWORK, entries);
      sum = buckets(perMinute, burst, SOURCES_IN_SUM, 1);
    }

    boolean has(IpPrefix source, long now) {
      return sources.hasToken(source, now);
    }

    boolean hasAround(IpPrefix source, long now) {
      return networks.hasToken(Addresses.network(source), now) && sum.hasToken(ALL, now);
    }

    void spend(IpPrefix source, long now) {
      sources.spend(source, now);
      networks.spend(Addresses.network(source), now);
      sum.spend(ALL, now);
    }

    void giveBack(IpPrefix source, long now) {
      sources.giveBack(source, now);
      giveBackAround(source, now);
    }

    void giveBackAround(IpPrefix source, long now) {
      networks.giveBack(Addresses.network(source), now);
      sum.giveBack(ALL, now);
    }
  }

  /** The tries of one session, one after the other. */
  final class Guess {
    private final IpPrefix source;
    private final boolean stream;
    private @Nullable String user;
    private boolean counted;
    private boolean countedAtUser;

    private Guess(IpPrefix source, boolean stream) {
      this.source = source;
      this.stream = stream;
    }

    /** Begins a try, if there may be one. */
    boolean begin() {
      synchronized (Guesses.this) {
        long now = nanoTime.getAsLong();
        Places places = stream ? streams : datagrams;
        if (!has(places, source, now)) {
          return false;
        }
        places.spend(source, now);
        if (stream) {
          datagrams.spend(source, now);
        }
        counted = true;
        return user == null || mayTryAt(user, now);
      }
    }

    /** Tells whose password is tried, before it is compared with anything. */
    boolean names(String whom) {
      synchronized (Guesses.this) {
        if (whom.equals(user) && countedAtUser) {
          return true;
        }
        user = whom;
        return mayTryAt(whom, nanoTime.getAsLong());
      }
    }

    private boolean mayTryAt(String whom, long now) {
      if (known.containsKey(place(whom))) {
        return true;
      }
      boolean may = users.take(whom, now) == TokenBuckets.Verdict.PASS;
      countedAtUser |= may;
      return may;
    }

    /** Ends a try that has not failed: it goes on, or could not be decided. */
    void undecided() {
      synchronized (Guesses.this) {
        long now = nanoTime.getAsLong();
        if (counted) {
          (stream ? streams : datagrams).giveBack(source, now);
          if (stream) {
            datagrams.giveBack(source, now);
          }
        }
        giveBackAtUser(now);
        counted = false;
      }
    }

    /** Ends a try that has succeeded. */
    void passed(String whom) {
      synchronized (Guesses.this) {
        undecided();
        known.put(place(whom), true);
        known.put(source.toString(), true);
      }
    }

    /**
     * Ends a try that has failed. What was sent blindly has guessed nothing. Over UDP it may have
     * come in the name of anybody, so that only this one source is charged with it: else whoever
     * forges many sources would lock out all.
     *
     * @param answered whether the client answered this server, and did not send blindly
     */
    void failed(boolean answered) {
      synchronized (Guesses.this) {
        if (!answered) {
          long now = nanoTime.getAsLong();
          giveBackAtUser(now);
          if (!stream && counted) {
            datagrams.giveBackAround(source, now);
          }
        }
        counted = false;
        countedAtUser = false;
      }
    }

    private void giveBackAtUser(long now) {
      if (countedAtUser && user != null) {
        users.giveBack(user, now);
      }
      countedAtUser = false;
    }

    private String place(String whom) {
      return source + " " + whom;
    }
  }
}
