package org.culvert.transport;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * The sessions whose peer has not proved its address, the oldest first, in all and by source.
 *
 * <p>Confined to the server's thread.
 */
final class HalfOpen {
  private final Set<OpenSession> all = new LinkedHashSet<>();
  private final Map<IpPrefix, Set<OpenSession>> bySource = new HashMap<>();

  /** Adds one that has begun. */
  void add(OpenSession session) {
    all.add(session);
    bySource.computeIfAbsent(session.source(), source -> new LinkedHashSet<>()).add(session);
  }

  /** Removes one that has proved its address or is over; a second time does nothing. */
  void remove(OpenSession session) {
    if (all.remove(session)) {
      bySource.computeIfPresent(
          session.source(),
          (source, sessions) -> {
            sessions.remove(session);
            return sessions.isEmpty() ? null : sessions;
          });
    }
  }

  /** Returns the oldest of all. */
  Optional<OpenSession> oldest() {
    return first(all);
  }

  /** Returns the oldest of one source. */
  Optional<OpenSession> oldest(IpPrefix source) {
    return first(bySource.get(source));
  }

  private static Optional<OpenSession> first(@Nullable Set<OpenSession> sessions) {
    if (sessions == null) {
      return Optional.empty();
    }
    Iterator<OpenSession> oldest = sessions.iterator();
    return oldest.hasNext() ? Optional.of(oldest.next()) : Optional.empty();
  }
}
