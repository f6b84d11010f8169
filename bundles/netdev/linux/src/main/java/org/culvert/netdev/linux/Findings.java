package org.culvert.netdev.linux;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.netdev.HostState;

/** Gathers what one look at the host changed and found missing. */
final class Findings {
  private final Set<String> changed = new LinkedHashSet<>();
  private final Set<String> missing = new LinkedHashSet<>();

  void changed(String line) {
    changed.add(line);
  }

  void missing(String line) {
    missing.add(line);
  }

  HostState state() {
    return new HostState(List.copyOf(changed), List.copyOf(missing));
  }
}
