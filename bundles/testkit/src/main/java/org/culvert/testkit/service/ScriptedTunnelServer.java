package org.culvert.testkit.service;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;

/** A tunnel server of which only the state of its tunnels is real, and that is a test's to say. */
public final class ScriptedTunnelServer implements TunnelServer {
  private final Map<String, TunnelState> states = new ConcurrentHashMap<>();

  /** Carries a tunnel on a device. */
  public void up(String id, String device) {
    states.put(id, new TunnelState.Up("userspace", device));
  }

  /** Lets a tunnel be suspended. */
  public void down(String id) {
    states.put(id, new TunnelState.Suspended("no encapsulation"));
  }

  @Override
  public Optional<TunnelStatus> tunnel(String id) {
    return Optional.ofNullable(states.get(id)).map(state -> status(id, state));
  }

  @Override
  public List<TunnelStatus> tunnels() {
    return states.entrySet().stream().map(one -> status(one.getKey(), one.getValue())).toList();
  }

  @Override
  public Set<TunnelProfile> profiles() {
    return Set.of();
  }

  @Override
  public CompletionStage<Void> serve(Set<IpPrefix> pools) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> apply(Collection<TunnelParameters> desired) {
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<List<String>> verify() {
    return CompletableFuture.completedFuture(List.of());
  }

  @Override
  public Map<DropReason, Long> drops() {
    return Map.of();
  }

  @Override
  public AutoCloseable watchSilence(Consumer<String> listener) {
    return () -> {};
  }

  private static TunnelStatus status(String id, TunnelState state) {
    TunnelParameters parameters =
        new TunnelParameters(
            id,
            TunnelParameters.Side.SERVER,
            TunnelType.V6V4,
            OuterEndpoints.withoutPorts(
                IpAddresses.parse("192.0.2.1"), IpAddresses.parse("198.51.100.9")),
            IpAddresses.parse("2001:db8::1"),
            IpAddresses.parse("2001:db8::2"),
            List.of(),
            List.of(),
            TunnelParameters.MINIMUM_MTU,
            Optional.empty());
    return new TunnelStatus(
        parameters, state, new TunnelCounters(0, 0, 0, 0, Map.of()), Optional.empty());
  }
}
