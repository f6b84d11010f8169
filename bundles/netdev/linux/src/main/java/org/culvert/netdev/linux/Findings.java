package org.culvert.netdev.linux;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.culvert.api.netdev.HostState;
import org.culvert.api.tunnel.DropReason;

/** Gathers what one look at the host changed and found missing. */
final class Findings {
  private final Set<String> changed = new LinkedHashSet<>();
  private final Set<String> missing = new LinkedHashSet<>();
  private final Map<DropReason, Long> drops = new EnumMap<>(DropReason.class);

  void changed(String line) {
    changed.add(line);
  }

  void missing(String line) {
    missing.add(line);
  }

  void drops(Map<DropReason, Long> counted) {
    drops.putAll(counted);
  }

  HostState state() {
    return new HostState(List.copyOf(changed), List.copyOf(missing), drops);
  }
}
