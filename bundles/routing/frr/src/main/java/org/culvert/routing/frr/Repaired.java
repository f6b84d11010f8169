package org.culvert.routing.frr;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.service.ServiceException;
import org.jspecify.annotations.Nullable;

/** What came of one look after all tunnels. */
final class Repaired {
  private final Set<String> tried = new HashSet<>();
  private int count;
  private @Nullable ServiceException failure;

  /** Notes that a tunnel is taken care of; tells whether it was not before. */
  boolean isFirst(String tunnel) {
    return tried.add(tunnel);
  }

  void done() {
    count++;
  }

  void failed(ServiceException problem) {
    if (failure == null) {
      failure = problem;
    }
  }

  /** Returns for how many tunnels FRR has again what it had lost. */
  int count() {
    return count;
  }

  /** Returns the first failure. */
  Optional<ServiceException> failure() {
    return Optional.ofNullable(failure);
  }
}
