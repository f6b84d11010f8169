package org.culvert.configuration;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What components ran with, kept as long as the process runs. That a component is active proves
 * little at first: the runtime calls one active that it is ending yet, because of what it was
 * handed now; and who would refuse it may be away at that moment. So what ran before is kept until
 * what came after it is firm: it was handed on some seconds ago, and all who ever ran do run with
 * it.
 */
final class Proofs {
  /** Components end and start in less. */
  private static final long FIRM_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** Nobody looks again for the sake of what is older. */
  private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(15);

  private static final int MOST = 4;

  private final LongSupplier nanos;
  private final Map<String, Long> since = new ConcurrentHashMap<>();
  private final Map<String, Ran> ran = new ConcurrentHashMap<>();
  private final Set<String> everRan = ConcurrentHashMap.newKeySet();

  /** The last that ran is first; guarded by its own lock. */
  private static final class Ran {
    private final Deque<Map<String, Object>> values = new ArrayDeque<>();
    private boolean firm;
  }

  Proofs(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /** Notes that a configuration has other values from now on. */
  void handedOn(String pid) {
    since.put(pid, nanos.getAsLong());
  }

  /**
   * Tells whether all kinds of components run that ever did, and are there still.
   *
   * @param now those that run
   * @param known those that are there
   */
  boolean isAll(Set<String> now, Set<String> known) {
    everRan.addAll(now);
    Set<String> away = new HashSet<>(everRan);
    away.retainAll(known);
    away.removeAll(now);
    return away.isEmpty();
  }

  /** Notes that a component runs with these values. */
  void prove(String pid, Map<String, Object> values, boolean all) {
    Ran one = ran.computeIfAbsent(pid, unused -> new Ran());
    synchronized (one) {
      Map<String, Object> last = one.values.peekFirst();
      if (last == null || !Written.same(last, values)) {
        one.values.addFirst(values);
        one.firm = false;
        if (one.values.size() > MOST) {
          one.values.removeLast();
        }
      }
      if (all && age(pid) >= FIRM_NANOS) {
        one.firm = true;
        while (one.values.size() > 1) {
          one.values.removeLast();
        }
      }
    }
  }

  /** Returns what ran before these values were handed on; null if nothing did. */
  @Nullable Map<String, Object> before(String pid, Map<String, Object> refused) {
    Ran one = ran.get(pid);
    if (one == null) {
      return null;
    }
    synchronized (one) {
      if (!one.firm && one.values.size() > 1 && Written.same(one.values.getFirst(), refused)) {
        one.values.removeFirst();
      } else if (!one.firm && Written.same(one.values.getFirst(), refused)) {
        // There may be defaults that ran before it.
        return null;
      }
      return one.values.getFirst();
    }
  }

  /** Tells whether a component ran with any values of a configuration. */
  boolean isAny(String pid) {
    return ran.containsKey(pid);
  }

  /** Tells whether what ran last did so beside all others. */
  boolean isFirm(String pid) {
    Ran one = ran.get(pid);
    if (one == null) {
      return false;
    }
    synchronized (one) {
      return one.firm;
    }
  }

  /** Tells whether a configuration is new, and not firm yet. */
  boolean isYoung(String pid) {
    return age(pid) < OLD_NANOS && !isFirm(pid);
  }

  private long age(String pid) {
    Long begin = since.get(pid);
    return begin == null ? 0 : nanos.getAsLong() - begin;
  }

  /** Forgets a configuration that was deleted. */
  void forget(String pid) {
    since.remove(pid);
    ran.remove(pid);
    everRan.remove(Written.kindOf(pid));
  }
}
