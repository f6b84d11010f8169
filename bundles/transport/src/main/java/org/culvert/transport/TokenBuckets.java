package org.culvert.transport;

import java.util.Map;

/**
 * Limits how often each source may do something: a token bucket for each source, in a table of
 * bounded size from which the bucket that was unused longest is dropped.
 *
 * <p>Confined to one thread; the caller passes the time, so that it is read once for each input.
 *
 * @param <K> what tells sources apart
 */
final class TokenBuckets<K> {
  /** What the limit says of one attempt. */
  enum Verdict {
    /** Within the limit. */
    PASS,
    /**
     * Beyond the limit, but one of those few that get a cheap answer, so that they see a server.
     */
    SLIP,
    /** Beyond the limit. */
    DROP
  }

  private static final double NANOS_PER_SECOND = 1e9;

  private final double perSecond;
  private final int burst;
  private final int slip;
  private final Map<K, Bucket> buckets;

  /**
   * @param perSecond tokens that flow back in a second; 0 switches the limit off
   * @param burst how many tokens a bucket holds
   * @param slip every so many attempts beyond the limit get {@link Verdict#SLIP}; 0: none
   * @param capacity the largest number of buckets
   */
  TokenBuckets(double perSecond, int burst, int slip, int capacity) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.slip = slip;
    this.buckets = new RecentlyUsed<>(capacity);
  }

  /** Takes a token if there is one. */
  Verdict take(K source, long now) {
    if (perSecond <= 0) {
      return Verdict.PASS;
    }
    Bucket bucket = refilled(source, now);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return Verdict.PASS;
    }
    bucket.beyond++;
    return slip > 0 && bucket.beyond % slip == 0 ? Verdict.SLIP : Verdict.DROP;
  }

  /** Takes a token even if there is none: the source then owes it, up to a burst. */
  void spend(K source, long now) {
    if (perSecond > 0) {
      Bucket bucket = refilled(source, now);
      bucket.tokens = Math.max(-burst, bucket.tokens - 1);
    }
  }

  /** Gives a token back that was taken or spent. */
  void giveBack(K source, long now) {
    if (perSecond > 0) {
      Bucket bucket = refilled(source, now);
      bucket.tokens = Math.min(burst, bucket.tokens + 1);
    }
  }

  /** Tells whether a token is left, without taking it or making a bucket. */
  boolean hasToken(K source, long now) {
    return perSecond <= 0 || !buckets.containsKey(source) || refilled(source, now).tokens >= 1;
  }

  /** Returns how many buckets there are. */
  int size() {
    return buckets.size();
  }

  private Bucket refilled(K source, long now) {
    Bucket bucket = buckets.computeIfAbsent(source, s -> new Bucket(burst, now));
    double earned = (now - bucket.at) / NANOS_PER_SECOND * perSecond;
    bucket.tokens = Math.min(burst, bucket.tokens + earned);
    bucket.at = now;
    return bucket;
  }

  private static final class Bucket {
    private double tokens;
    private long at;
    private long beyond;

    Bucket(double tokens, long at) {
      this.tokens = tokens;
      this.at = at;
    }
  }
}
