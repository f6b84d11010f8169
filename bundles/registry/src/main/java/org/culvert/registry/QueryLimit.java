package org.culvert.registry;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.culvert.api.net.IpPrefix;

/**
 * Counts the queries of each source in the present minute, in a table of bounded size. Safe for all
 * threads.
 */
final class QueryLimit {
  private static final int MOST_SOURCES = 10_000;
  private static final long MINUTE_NANOS = 60_000_000_000L;

  private final int perMinute;
  private final Map<IpPrefix, Integer> counts =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<IpPrefix, Integer> eldest) {
          return size() > MOST_SOURCES;
        }
      };
  private long begun;

  QueryLimit(int perMinute, long now) {
    this.perMinute = perMinute;
    this.begun = now;
  }

  /**
   * Counts a query.
   *
   * @param now {@link System#nanoTime}
   * @return whether it is within the limit
   */
  synchronized boolean allows(InetAddress source, long now) {
    if (now - begun >= MINUTE_NANOS) {
      begun = now;
      counts.clear();
    }
    int bits = source instanceof Inet4Address ? 32 : 64;
    return counts.merge(IpPrefix.containing(source, bits), 1, Integer::sum) <= perMinute;
  }

  /** Returns how many sources are known. */
  synchronized int sources() {
    return counts.size();
  }
}
