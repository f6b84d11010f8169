package org.culvert.api.netdev;

import java.util.List;

/**
 * How a host stands beside what it should have.
 *
 * @param changed what was changed just now, a line each
 * @param missing what is not as it should be, a line each, with the command that helps
 */
public record HostState(List<String> changed, List<String> missing) {

  /** Copies the lists. */
  public HostState {
    changed = List.copyOf(changed);
    missing = List.copyOf(missing);
  }
}
