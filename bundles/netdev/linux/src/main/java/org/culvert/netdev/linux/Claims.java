package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What this process has in the kernel beside other processes of ours, whose marks are the same:
 * each of them leaves alone what another one shows to be its own, and clears up what none does.
 *
 * <p>For one thread at a time. Whoever makes one closes it.
 */
final class Claims implements AutoCloseable {
  private final Map<String, Presence> held = new HashMap<>();

  /** Shows these, as far as no other process does so already, and nothing else any more. */
  void keep(Set<String> wanted) throws IOException {
    held.forEach(
        (name, presence) -> {
          if (!wanted.contains(name)) {
            presence.close();
          }
        });
    held.keySet().retainAll(wanted);
    for (String name : wanted) {
      take(name);
    }
  }

  /** Shows that something is this process's; tells whether it is. */
  boolean take(String name) throws IOException {
    if (held.containsKey(name)) {
      return true;
    }
    Optional<Presence> presence = Presence.show(name);
    presence.ifPresent(shown -> held.put(name, shown));
    return presence.isPresent();
  }

  /** Tells whether somebody else shows that something is theirs. */
  boolean isOthers(String name) throws IOException {
    return !held.containsKey(name) && Presence.isShown(name);
  }

  /** Shows nothing any more. */
  @Override
  public void close() {
    held.values().forEach(Presence::close);
    held.clear();
  }
}
