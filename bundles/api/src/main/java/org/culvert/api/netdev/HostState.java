package org.culvert.api.netdev;

import java.util.List;
import java.util.Map;
import org.culvert.api.tunnel.DropReason;

/**
 * How a host stands beside what it should have.
 *
 * @param changed what was changed just now, a line each
 * @param missing what is not as it should be, a line each, with the command that helps
 * @param drops packets that the host's guard has dropped, by reason
 */
public record HostState(List<String> changed, List<String> missing, Map<DropReason, Long> drops) {

  /** Copies the lists and the map. */
  public HostState {
    changed = List.copyOf(changed);
    missing = List.copyOf(missing);
    drops = Map.copyOf(drops);
  }

  /** Describes a host where no packet was counted. */
  public HostState(List<String> changed, List<String> missing) {
    this(changed, missing, Map.of());
  }
}
