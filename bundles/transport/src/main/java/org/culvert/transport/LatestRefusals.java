package org.culvert.transport;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.jspecify.annotations.Nullable;

/**
 * The latest refusals of a kind, a row for what is alike. Each user, and each source that is no
 * user's, has a few rows at most: what it does in ever new ways takes the place of its own.
 *
 * <p>Not for several threads.
 */
final class LatestRefusals {
  /** Rows of one user or source. */
  static final int MOST_OF_ONE = 8;

  /** What is alike. */
  record Key(
      String source,
      Transport transport,
      Optional<String> user,
      Optional<String> mechanism,
      String reason) {

    /** Returns whose row it is. */
    private String whose() {
      return user.map(name -> "user " + name).orElse(source);
    }
  }

  private final int most;

  /** The row that was written last stands last. */
  private final Map<Key, RefusedAttempt> rows = new LinkedHashMap<>();

  /**
   * @param most rows of all
   */
  LatestRefusals(int most) {
    this.most = most;
  }

  /** Returns how often the same was refused before. */
  long times(Key key) {
    @Nullable RefusedAttempt before = rows.get(key);
    return before == null ? 0 : before.times();
  }

  void put(Key key, RefusedAttempt attempt) {
    rows.remove(key);
    List<Key> own = rows.keySet().stream().filter(k -> k.whose().equals(key.whose())).toList();
    if (own.size() >= MOST_OF_ONE) {
      rows.remove(own.get(0));
    } else if (rows.size() >= most) {
      rows.remove(rows.keySet().iterator().next());
    }
    rows.put(key, attempt);
  }

  Collection<RefusedAttempt> all() {
    return List.copyOf(rows.values());
  }
}
