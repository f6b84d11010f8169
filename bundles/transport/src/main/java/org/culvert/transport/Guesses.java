package org.culvert.transport;

import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.culvert.api.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * How often passwords may be guessed: by a source, by its network, at a user, and in sum. A try
 * costs a token of each from the moment at which it begins, so that many at once are no way around;
 * the tokens come back if it does not fail.
 *
 * <p>A limit must not lock out those whom it protects. Where somebody has come in before, the
 * limits of the network and of the sum do not count, nor that of the user who did. Over UDP anybody
 * can write another's address into a datagram, so that tries are counted in three ranks. Each takes
 * from those below it and nothing from those above:
 *
 * <ol>
 *   <li>over TCP and TLS;
 *   <li>over UDP, by a mechanism that needs a nonce of the server's: what does not send it back has
 *       guessed nothing and is not counted, so that who forges an address spends nothing of it;
 *   <li>over UDP, by one that needs none, such as PLAIN: there each message is a guess.
 * </ol>
 *
 * <p>Safe for use by many threads.
 */
final class Guesses {
  private static final double SECONDS_PER_MINUTE = 60;

  /** How much more than one source its network may fail, or others at one user, or all in sum. */
  static final int SOURCES_OF_NETWORK = 4;

  static final int SOURCES_OF_USER = 4;
  static final int SOURCES_IN_SUM = 100;

  /** How a try comes in. */
  enum Rank {
    /** Over a stream. */
    STREAM,
    /** In a datagram that must have a nonce of the server's. */
    ECHO,
    /** In a datagram that anybody can send who knows the password. */
    BLIND
  }

  private final LongSupplier nanoTime;
  private final Map<Rank, Places> places = new EnumMap<>(Rank.class);
  private final TokenBuckets<String> users;
  private final TokenBuckets<String> usersBlindly;
  private final Map<String, Boolean> known;

  /**
   * @param perMinute tries of one source that may fail in a minute; 0: any
   * @param burst how many of them may fail at once
   * @param entries how many sources, networks, users and places are remembered, of each
   * @param nanoTime a clock that never goes back
   */
  Guesses(int perMinute, int burst, int entries, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    for (Rank rank : Rank.values()) {
      places.put(rank, new Places(perMinute, burst, entries));
    }
    this.users = buckets(perMinute, burst, SOURCES_OF_USER, entries);
    this.usersBlindly = buckets(perMinute, burst, SOURCES_OF_USER, entries);
    this.known = new RecentlyUsed<>(entries);
  }

  private static <K> TokenBuckets<K> buckets(int perMinute, int burst, int times, int entries) {
    return new TokenBuckets<>(perMinute * times / SECONDS_PER_MINUTE, burst * times, 0, entries);
  }

  /** Tells whether a source may try at all; takes nothing. */
  synchronized boolean mayTry(IpPrefix source, boolean stream) {
    return has(stream ? Rank.STREAM : Rank.ECHO, source, nanoTime.getAsLong());
  }

  /** Begins to count what one session does to authenticate. */
  Guess from(IpPrefix source, Rank rank) {
    return new Guess(source, rank);
  }

  private boolean has(Rank rank, IpPrefix source, long now) {
    Places some = at(rank);
    return some.has(source, now)
        && (known.containsKey(source.toString()) || some.hasAround(source, now));
  }

  private Places at(Rank rank) {
    return Objects.requireNonNull(places.get(rank));
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
    private final Rank rank;
    private final Set<Rank> ranks;
    private @Nullable String user;
    private boolean counted;
    private boolean countedAtUser;

    private Guess(IpPrefix source, Rank rank) {
      this.source = source;
      this.rank = rank;
      this.ranks = EnumSet.range(rank, Rank.BLIND);
    }

    /** Tells whether only what sends back a nonce is a guess. */
    boolean needsEcho() {
      return rank == Rank.ECHO;
    }

    /** Tells whether who passes may have had the server's answers sent to another. */
    boolean isBlind() {
      return rank == Rank.BLIND;
    }

    /** Tells whether there may be a try; takes nothing, for what can be none yet. */
    boolean mayBegin() {
      synchronized (Guesses.this) {
        return has(rank, source, nanoTime.getAsLong());
      }
    }

    /** Begins a try, if there may be one. */
    boolean begin() {
      synchronized (Guesses.this) {
        long now = nanoTime.getAsLong();
        if (!has(rank, source, now)) {
          return false;
        }
        ranks.forEach(each -> at(each).spend(source, now));
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
      TokenBuckets<String> own = isBlind() ? usersBlindly : users;
      if (!counted) {
        return own.hasToken(whom, now);
      }
      boolean may = own.take(whom, now) == TokenBuckets.Verdict.PASS;
      if (may && !isBlind()) {
        usersBlindly.spend(whom, now);
      }
      countedAtUser |= may;
      return may;
    }

    /** Ends a try that has not failed: it goes on, or could not be decided. */
    void undecided() {
      synchronized (Guesses.this) {
        long now = nanoTime.getAsLong();
        if (counted) {
          ranks.forEach(each -> at(each).giveBack(source, now));
        }
        giveBackAtUser(now);
        counted = false;
      }
    }

    /** Ends a try that has succeeded. */
    void passed(String whom) {
      synchronized (Guesses.this) {
        undecided();
        if (!isBlind()) {
          known.put(place(whom), true);
          known.put(source.toString(), true);
        }
      }
    }

    /**
     * Ends a try that has failed. One that has not sent back the nonce that it needs was none. Over
     * UDP what has not guessed either may have come in the name of anybody, so that only this one
     * source is charged with it: else whoever forges many sources would lock out all.
     *
     * @param guessed whether a password was compared, or the nonce was sent back that it takes
     */
    void failed(boolean guessed) {
      synchronized (Guesses.this) {
        if (!guessed) {
          long now = nanoTime.getAsLong();
          giveBackAtUser(now);
          if (needsEcho()) {
            undecided();
          } else if (isBlind() && counted) {
            at(Rank.BLIND).giveBackAround(source, now);
          }
        }
        counted = false;
        countedAtUser = false;
      }
    }

    private void giveBackAtUser(long now) {
      if (countedAtUser && user != null) {
        if (!isBlind()) {
          users.giveBack(user, now);
        }
        usersBlindly.giveBack(user, now);
      }
      countedAtUser = false;
    }

    private String place(String whom) {
      return source + " " + whom;
    }
  }
}
