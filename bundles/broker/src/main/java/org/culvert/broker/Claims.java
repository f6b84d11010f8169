package org.culvert.broker;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.culvert.api.service.Arrangements;
import org.jspecify.annotations.Nullable;

/**
 * Which users hold which names and autonomous systems, by their leases and waiting offers. For the
 * broker's thread.
 */
final class Claims {
  /** Whoever holds one twice, by a lease and by an offer, stands there twice. */
  private final Map<Object, List<String>> holders = new HashMap<>();

  void hold(String user, Arrangements arrangements) {
    claimed(arrangements).forEach(claimed -> holders.merge(claimed, List.of(user), Claims::both));
  }

  void free(String user, Arrangements arrangements) {
    claimed(arrangements)
        .forEach(claimed -> holders.computeIfPresent(claimed, (key, old) -> without(old, user)));
  }

  /** Tells whether somebody else holds a name. */
  boolean isTaken(String name, String byOtherThan) {
    return isHeld(name, byOtherThan);
  }

  /** Tells whether somebody else holds an autonomous system. */
  boolean isTaken(long as, String byOtherThan) {
    return isHeld(as, byOtherThan);
  }

  private boolean isHeld(Object claimed, String byOtherThan) {
    return holders.getOrDefault(claimed, List.of()).stream()
        .anyMatch(holder -> !holder.equals(byOtherThan));
  }

  /** Names are texts and autonomous systems are numbers, so they cannot be mixed up. */
  private static List<Object> claimed(Arrangements arrangements) {
    List<Object> claimed = new ArrayList<>(2);
    arrangements.name().ifPresent(claimed::add);
    arrangements
        .routing()
        .ifPresent(routing -> routing.clientAs().ifPresent(as -> claimed.add(as)));
    return claimed;
  }

  private static List<String> both(List<String> some, List<String> more) {
    List<String> both = new ArrayList<>(some);
    both.addAll(more);
    return List.copyOf(both);
  }

  private static @Nullable List<String> without(List<String> holders, String user) {
    List<String> left = new ArrayList<>(holders);
    left.remove(user);
    return left.isEmpty() ? null : List.copyOf(left);
  }
}
