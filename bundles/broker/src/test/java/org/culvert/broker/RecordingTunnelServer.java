package org.culvert.broker;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;

/** Notes what it is told, and fails on demand. */
final class RecordingTunnelServer implements TunnelServer {
  Set<TunnelType> types = Set.of(TunnelType.V6V4, TunnelType.V6UDPV4);
  Optional<String> failure = Optional.empty();
  Optional<Duration> silence = Optional.empty();
  TunnelCounters counters = TunnelCounters.ZERO;
  CompletionStage<List<String>> verified = CompletableFuture.completedFuture(List.of());
  Optional<Set<IpPrefix>> pools = Optional.empty();

  /** How often tunnels had been told when the pools were. */
  int served;

  boolean slow;
  int applied;
  private final Map<String, TunnelParameters> desired = new HashMap<>();
  private final List<Consumer<String>> listeners = new ArrayList<>();
  private CompletableFuture<Void> pending = new CompletableFuture<>();

  @Override
  public Set<TunnelProfile> profiles() {
    return SampleProfiles.of(types);
  }

  @Override
  public CompletionStage<Void> serve(Set<IpPrefix> all) {
    pools = Optional.of(all);
    served = applied;
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<Void> apply(Collection<TunnelParameters> all) {
    applied++;
    desired.clear();
    all.forEach(tunnel -> desired.put(tunnel.id(), tunnel));
    pending = new CompletableFuture<>();
    CompletableFuture<Void> mine = pending;
    if (!slow) {
      mine.complete(null);
    }
    return mine;
  }

  void finish() {
    pending.complete(null);
  }

  void fallSilent(String id) {
    listeners.forEach(listener -> listener.accept(id));
  }

  Optional<TunnelParameters> tunnelTo(String clientAddress) {
    return desired.values().stream()
        .filter(tunnel -> tunnel.remoteAddress().equals(IpAddresses.parse(clientAddress)))
        .findFirst();
  }

  List<TunnelParameters> desired() {
    return List.copyOf(desired.values());
  }

  @Override
  public List<TunnelStatus> tunnels() {
    return desired.values().stream().map(this::status).toList();
  }

  @Override
  public Optional<TunnelStatus> tunnel(String id) {
    return Optional.ofNullable(desired.get(id)).map(this::status);
  }

  @Override
  public CompletionStage<List<String>> verify() {
    return verified;
  }

  @Override
  public Map<DropReason, Long> drops() {
    return Map.of();
  }

  @Override
  public AutoCloseable watchSilence(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.remove(listener);
  }

  private TunnelStatus status(TunnelParameters tunnel) {
    TunnelState state =
        failure
            .<TunnelState>map(TunnelState.Failed::new)
            .orElseGet(() -> new TunnelState.Up("recorded", "culvert0"));
    return new TunnelStatus(tunnel, state, counters, silence);
  }
}
