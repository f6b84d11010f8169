package org.culvert.endpoint;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostNetwork;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * What the client's and the server's component have in common: an {@link Endpoint}, on a host that
 * is kept fit for it.
 */
abstract class ConfiguredEndpoint implements TunnelEndpoint, HostReport, MistakeSource {
  private static final String RANKING = "service.ranking";

  private final String pid;
  private final Endpoint endpoint;
  private final HostUpkeep upkeep;

  /** Completes when the next set of tunnels may be told; guarded by this object's lock. */
  private CompletionStage<Void> ready = CompletableFuture.completedFuture(null);

  ConfiguredEndpoint(
      Side side,
      EndpointSettings settings,
      HostSettings hostSettings,
      NetworkDevices devices,
      OuterSockets sockets,
      HostNetwork host) {
    pid = settings.pid();
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

  /** No tunnel opens before the host is guarded, or cannot be. */
  final synchronized CompletionStage<Void> servePools(
      Set<IpPrefix> pools, Set<InetAddress> resolvers) {
    CompletionStage<Void> served = upkeep.serve(pools, resolvers);
    CompletionStage<Void> before = ready;
    ready = served.handle((nothing, failure) -> before).thenCompose(Function.identity());
    return served;
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unbindEncapsulation")
  final void bindEncapsulation(Encapsulation encapsulation) {
    endpoint.bind(encapsulation);
  }

  final void unbindEncapsulation(Encapsulation encapsulation) {
    endpoint.unbind(encapsulation);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unbindDatapath")
  final void bindDatapath(Datapath datapath, Map<String, Object> properties) {
    endpoint.bind(datapath, properties.get(RANKING) instanceof Integer ranking ? ranking : 0);
  }

  final void unbindDatapath(Datapath datapath) {
    endpoint.unbind(datapath);
  }

  @Deactivate
  final void stop() {
    // While a device goes, packets from its addresses go nowhere, and not another way.
    endpoint.close();
    upkeep.close();
  }

  @Override
  public final Set<TunnelProfile> profiles() {
    return endpoint.profiles();
  }

  @Override
  public final synchronized CompletionStage<Void> apply(Collection<TunnelParameters> desired) {
    upkeep.desire(desired);
    CompletionStage<Void> applied = ready.thenCompose(nothing -> endpoint.apply(desired));
    ready = applied.handle((nothing, failure) -> null);
    applied.whenComplete((nothing, failure) -> upkeep.lookAgain());
    return applied;
  }

  @Override
  public final List<TunnelStatus> tunnels() {
    return endpoint.tunnels();
  }

  @Override
  public final Optional<TunnelStatus> tunnel(String id) {
    return endpoint.tunnel(id);
  }

  @Override
  public final CompletionStage<List<String>> verify() {
    return endpoint
        .verify()
        .thenApply(
            findings -> {
              List<String> all = new ArrayList<>(findings);
              all.addAll(missing());
              return List.copyOf(all);
            });
  }

  @Override
  public final List<String> missing() {
    List<String> all = new ArrayList<>(upkeep.missing());
    all.addAll(endpoint.alarms());
    return List.copyOf(all);
  }

  @Override
  public final List<Mistake> mistakes() {
    return endpoint.mistakes().stream().map(line -> new Mistake(pid, false, line)).toList();
  }

  @Override
  public final Map<DropReason, Long> drops() {
    Map<DropReason, Long> all = new EnumMap<>(DropReason.class);
    all.putAll(upkeep.drops());
    endpoint.drops().forEach((reason, count) -> all.merge(reason, count, Long::sum));
    return all;
  }

  @Override
  public final AutoCloseable watchSilence(Consumer<String> listener) {
    return endpoint.watchSilence(listener);
  }
}
