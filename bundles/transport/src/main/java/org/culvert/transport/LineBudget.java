package org.culvert.transport;

import java.util.Optional;

/**
 * Decides which refusals get a line in the log. Each user and each source gets one a minute, so
 * that nobody is lost among those who fail a hundred times; beyond that all have some lines
 * together. The lines of users are not taken by sources, of which a stranger may have any number.
 * Those whose address may be forged are counted apart and get fewer, for they can be as many as
 * somebody likes.
 *
 * <p>Not for several threads.
 */
final class LineBudget {
  private static final double ONE_A_MINUTE = 1 / 60.0;
  private static final double FIRSTS_PER_SECOND = 20;
  private static final int FIRSTS = 500;
  private static final double FORGED_FIRSTS_PER_SECOND = 2;
  private static final int FORGED_FIRSTS = 50;
  private static final double MORE_PER_SECOND = 1;
  private static final int MORE = 60;

  private final TokenBuckets<String> users;
  private final TokenBuckets<String> firstsOfUsers;
  private final Kind proved;
  private final Kind forged;

  /**
   * @param entries how many users, and how many sources of either kind, are remembered
   */
  LineBudget(int entries) {
    this.users = new TokenBuckets<>(ONE_A_MINUTE, 1, 0, entries);
    this.firstsOfUsers = new TokenBuckets<>(FIRSTS_PER_SECOND, FIRSTS, 0, 1);
    this.proved = new Kind(FIRSTS_PER_SECOND, FIRSTS, entries);
    this.forged = new Kind(FORGED_FIRSTS_PER_SECOND, FORGED_FIRSTS, entries);
  }

  /** Takes a line if there is one. */
  boolean take(Optional<String> user, String source, boolean isProved, long now) {
    Kind kind = isProved ? proved : forged;
    boolean firstOfSource = isFirst(kind.sources, source, now);
    boolean firstOfUser = isProved && user.isPresent() && isFirst(users, user.get(), now);
    return (firstOfUser && isFirst(firstsOfUsers, "", now))
        || (firstOfSource && isFirst(kind.firsts, "", now))
        || isFirst(kind.more, "", now);
  }

  private static boolean isFirst(TokenBuckets<String> buckets, String key, long now) {
    return buckets.take(key, now) == TokenBuckets.Verdict.PASS;
  }

  private static final class Kind {
    private final TokenBuckets<String> sources;
    private final TokenBuckets<String> firsts;
    private final TokenBuckets<String> more;

    Kind(double perSecond, int burst, int entries) {
      sources = new TokenBuckets<>(ONE_A_MINUTE, 1, 0, entries);
      firsts = new TokenBuckets<>(perSecond, burst, 0, 1);
      more = new TokenBuckets<>(MORE_PER_SECOND, MORE, 0, 1);
    }
  }
}
