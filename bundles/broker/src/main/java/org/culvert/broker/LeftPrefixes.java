package org.culvert.broker;

import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.lease.Lease;

/** The prefixes that rest, by the user who left them for another. For the broker's thread. */
final class LeftPrefixes {
  private final Map<String, Map<String, Lease>> byUser = new HashMap<>();

  /** Takes in a lease that the store has, of whatever kind. */
  void put(Lease lease) {
    if (Resting.is(lease)) {
      Resting.leftBy(lease)
          .ifPresent(
              user -> byUser.computeIfAbsent(user, u -> new HashMap<>()).put(lease.id(), lease));
    }
  }

  /** Strikes out a lease that the store has forgotten. */
  void remove(Lease lease) {
    Resting.leftBy(lease)
        .ifPresent(
            user ->
                byUser.computeIfPresent(
                    user,
                    (u, leases) -> {
                      leases.remove(lease.id());
                      return leases.isEmpty() ? null : leases;
                    }));
  }

  /** Returns the prefix of a user that rests the longest; empty: none does. */
  Optional<Lease> last(String user, Instant now) {
    return byUser.getOrDefault(user, Map.of()).values().stream()
        .filter(lease -> lease.expires().isAfter(now))
        .max(Comparator.comparing(Lease::expires));
  }
}
