package org.culvert.endpoint;

import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostNetwork;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;

/**
 * One life of an endpoint and of what keeps its host fit for it: with one configuration, from its
 * start to its end. Any thread may call it.
 */
final class EndpointLife implements AutoCloseable {
  private final Endpoint endpoint;
  private final HostUpkeep upkeep;

  /** Completes when the next set of tunnels may be told; guarded by this object's lock. */
  private CompletionStage<Void> ready = CompletableFuture.completedFuture(null);

  EndpointLife(
      Side side,
      EndpointSettings settings,
      HostSettings hostSettings,
      NetworkDevices devices,
      OuterSockets sockets,
      HostNetwork host) {
    endpoint =
        new Endpoint(
            settings,
            devices,
            sockets,
            EndpointThread.named(settings.role()),
            System::nanoTime,
            RandomGenerator.getDefault());
    upkeep =
        new HostUpkeep(
            side,
            hostSettings,
            host,
            this::deviceOf,
            EndpointThread.named("host-" + settings.role()));
  }

  private Optional<String> deviceOf(String id) {
    return endpoint
        .tunnel(id)
        .map(TunnelStatus::state)
        .filter(TunnelState.Up.class::isInstance)
        .map(up -> ((TunnelState.Up) up).device());
  }

  Endpoint endpoint() {
    return endpoint;
  }

  HostUpkeep upkeep() {
    return upkeep;
  }

  /** No tunnel opens before the host is guarded, or cannot be. */
  synchronized CompletionStage<Void> serve(Set<IpPrefix> pools, Set<InetAddress> resolvers) {
    CompletionStage<Void> served = upkeep.serve(pools, resolvers);
    CompletionStage<Void> before = ready;
    ready = served.handle((nothing, failure) -> before).thenCompose(Function.identity());
    return served;
  }

  /** Makes the open tunnels those that are desired. */
  synchronized CompletionStage<Void> apply(Collection<TunnelParameters> desired) {
    upkeep.desire(desired);
    CompletionStage<Void> applied = ready.thenCompose(nothing -> endpoint.apply(desired));
    ready = applied.handle((nothing, failure) -> null);
    applied.whenComplete((nothing, failure) -> upkeep.lookAgain());
    return applied;
  }

  Map<DropReason, Long> drops() {
    Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
    all.putAll(upkeep.drops());
    endpoint.drops().forEach((reason, count) -> all.merge(reason, count, Long::sum));
    return all;
  }

  /** Closes all tunnels; returns when that is done. */
  @Override
  public void close() {
    // While a device goes, packets from its addresses go nowhere, and not another way.
    endpoint.close();
    upkeep.close();
  }
}
