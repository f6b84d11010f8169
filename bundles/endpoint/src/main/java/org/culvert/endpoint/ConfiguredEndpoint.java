package org.culvert.endpoint;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
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
import org.culvert.api.tunnel.TunnelStatus;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the client's and the server's component have in common: an {@link Endpoint}, on a host that
 * is kept fit for it. Another configuration gives it another life: who uses it notices only that
 * the tunnels close and open again.
 */
abstract class ConfiguredEndpoint implements TunnelEndpoint, HostReport, MistakeSource {
  private static final String RANKING = "service.ranking";

  private static final Logger LOG = LoggerFactory.getLogger(ConfiguredEndpoint.class);

  private final Side side;
  private final NetworkDevices devices;
  private final OuterSockets sockets;
  private final HostNetwork host;
  private final SilenceWatchers watchers = new SilenceWatchers();

  /** Replaced by the runtime's thread alone. */
  private volatile Written written;

  private volatile EndpointLife life;

  /** What a next life is told of the one before it; guarded by this object's lock, as all below. */
  private final Set<Encapsulation> encapsulations = new LinkedHashSet<>();

  private final Map<Datapath, Integer> datapaths = new LinkedHashMap<>();
  private @Nullable Served served;
  private @Nullable List<TunnelParameters> desired;

  /** Completes when the next life has begun; null while one goes on. */
  private @Nullable CompletableFuture<Void> changing;

  /**
   * What the operator decided.
   *
   * @param settings about the endpoint
   * @param host about the host around it
   */
  record Written(EndpointSettings settings, HostSettings host) {
    /** Refuses what this host cannot have. */
    Written besides(NetworkDevices devices) {
      return new Written(settings.besides(devices), host);
    }
  }

  private record Served(Set<IpPrefix> pools, Set<InetAddress> resolvers) {}

  ConfiguredEndpoint(
      Side side, Written written, NetworkDevices devices, OuterSockets sockets, HostNetwork host) {
    this.side = side;
    this.written = written.besides(devices);
    this.devices = devices;
    this.sockets = sockets;
    this.host = host;
    this.life = begun();
  }

  private EndpointLife begun() {
    EndpointLife begun =
        new EndpointLife(side, written.settings(), written.host(), devices, sockets, host);
    // It ends with the life.
    var unused = begun.endpoint().watchSilence(watchers);
    return begun;
  }

  /**
   * Closes all tunnels and opens them again if something else is decided. The runtime also hands on
   * what is in force already, after a change that was kept back: then the tunnels stay. They do so
   * too if the change means nothing, which is told.
   */
  final void change(Supplier<Written> read) {
    Written now;
    try {
      now = read.get();
      if (now.equals(written)) {
        return;
      }
      now = now.besides(devices);
    } catch (InvalidConfigurationException e) {
      LOG.warn("{}; what was there before is still in force", e.getMessage());
      return;
    }
    CompletableFuture<Void> change = new CompletableFuture<>();
    synchronized (this) {
      changing = change;
    }
    // Without the lock: a tunnel that closes may be told to somebody who waits for it.
    life.close();
    written = now;
    synchronized (this) {
      EndpointLife next = begun();
      encapsulations.forEach(next.endpoint()::bind);
      datapaths.forEach(next.endpoint()::bind);
      life = next;
      changing = null;
      Served pools = served;
      if (pools != null) {
        next.serve(pools.pools(), pools.resolvers());
      }
      List<TunnelParameters> tunnels = desired;
      if (tunnels != null) {
        next.apply(tunnels);
      }
    }
    change.complete(null);
  }

  /** No tunnel opens before the host is guarded, or cannot be. */
  final synchronized CompletionStage<Void> servePools(
      Set<IpPrefix> pools, Set<InetAddress> resolvers) {
    Served now = new Served(Set.copyOf(pools), Set.copyOf(resolvers));
    served = now;
    return changing == null
        ? life.serve(now.pools(), now.resolvers())
        : changing.thenCompose(nothing -> servePools(now));
  }

  /** What was told meanwhile is newer. */
  private synchronized CompletionStage<Void> servePools(Served before) {
    Served now = served == null ? before : served;
    return servePools(now.pools(), now.resolvers());
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unbindEncapsulation")
  final synchronized void bindEncapsulation(Encapsulation encapsulation) {
    encapsulations.add(encapsulation);
    if (changing == null) {
      life.endpoint().bind(encapsulation);
    }
  }

  final void unbindEncapsulation(Encapsulation encapsulation) {
    without(() -> encapsulations.remove(encapsulation)).unbind(encapsulation);
  }

  @Reference(
      cardinality = ReferenceCardinality.MULTIPLE,
      policy = ReferencePolicy.DYNAMIC,
      unbind = "unbindDatapath")
  final synchronized void bindDatapath(Datapath datapath, Map<String, Object> properties) {
    int ranking = properties.get(RANKING) instanceof Integer ranked ? ranked : 0;
    datapaths.put(datapath, ranking);
    if (changing == null) {
      life.endpoint().bind(datapath, ranking);
    }
  }

  final void unbindDatapath(Datapath datapath) {
    without(() -> datapaths.remove(datapath)).unbind(datapath);
  }

  /** Returns the endpoint that may use yet what the next life is not told of any more. */
  private synchronized Endpoint without(Runnable removal) {
    removal.run();
    return life.endpoint();
  }

  @Deactivate
  final void stop() {
    life.close();
  }

  @Override
  public final Set<TunnelProfile> profiles() {
    return life.endpoint().profiles();
  }

  @Override
  public final synchronized CompletionStage<Void> apply(Collection<TunnelParameters> tunnels) {
    List<TunnelParameters> now = List.copyOf(tunnels);
    desired = now;
    return changing == null
        ? life.apply(now)
        : changing.thenCompose(nothing -> applyLast(now)).minimalCompletionStage();
  }

  /** What was desired meanwhile is newer. */
  private synchronized CompletionStage<Void> applyLast(List<TunnelParameters> before) {
    return apply(desired == null ? before : desired);
  }

  @Override
  public final List<TunnelStatus> tunnels() {
    return life.endpoint().tunnels();
  }

  @Override
  public final Optional<TunnelStatus> tunnel(String id) {
    return life.endpoint().tunnel(id);
  }

  @Override
  public final CompletionStage<List<String>> verify() {
    return life.endpoint()
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
    List<String> all = new ArrayList<>(life.upkeep().missing());
    all.addAll(life.endpoint().alarms());
    return List.copyOf(all);
  }

  @Override
  public final List<Mistake> mistakes() {
    return life.endpoint().mistakes().stream()
        .map(line -> new Mistake(written.settings().pid(), false, line))
        .toList();
  }

  @Override
  public final Map<DropReason, Long> drops() {
    return life.drops();
  }

  @Override
  public final AutoCloseable watchSilence(Consumer<String> listener) {
    return watchers.add(listener);
  }
}
