package org.culvert.testkit.net;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostNetwork;
import org.culvert.api.netdev.HostState;
import org.culvert.api.tunnel.TunnelParameters.Side;

/** A host in memory that keeps what it was last given. Thread-safe. */
public final class InMemoryHostNetwork implements HostNetwork {
  private final Map<Side, HostConfiguration> given = new EnumMap<>(Side.class);
  private List<String> changes = List.of();
  private List<String> missing = List.of();
  private Optional<String> refusal = Optional.empty();
  private int looks;

  @Override
  public synchronized HostState configure(HostConfiguration wanted) throws IOException {
    looks++;
    if (refusal.isPresent()) {
      throw new IOException(refusal.get());
    }
    given.put(wanted.side(), wanted);
    return new HostState(changes, missing);
  }

  /** Returns what one side was last given. */
  public synchronized Optional<HostConfiguration> given(Side side) {
    return Optional.ofNullable(given.get(side));
  }

  /** Lets every further look find that this is missing. */
  public synchronized void lacks(String... lines) {
    missing = List.of(lines);
  }

  /** Lets every further look change this. */
  public synchronized void changes(String... lines) {
    changes = List.of(lines);
  }

  /** Lets every further look fail. */
  public synchronized void refuse(String message) {
    refusal = Optional.of(message);
  }

  /** Returns how often it was looked at. */
  public synchronized int looks() {
    return looks;
  }
}
