package org.culvert.endpoint;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the open tunnels those that are desired, and keeps them so.
 *
 * <ol>
 *   <li>{@link #apply} says what is desired; {@link #bind} and {@link #unbind} say what can be
 *       carried
 *   <li>each leads to {@link #reconcile}: open what can be opened, suspend the rest, try again
 *       later what failed
 *   <li>{@link #sweep} looks at every open tunnel once a second: keepalives and silence
 * </ol>
 *
 * All of it happens on one thread. What other threads may ask for is published whole.
 */
final class Endpoint implements TunnelEndpoint, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Endpoint.class);
  private static final long SWEEP_MILLIS = 1_000;

  private final EndpointSettings settings;
  private final EndpointThread thread;
  private final LongSupplier nanos;
  private final Jitter jitter;
  private final int echoIdentifier;
  private final Carriers carriers = new Carriers();
  private final InnerDevice device;
  private final Retry retry;
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  private Map<String, TunnelParameters> desired = Map.of();
  private boolean sweeping;
  private volatile Map<String, Standing> standings = Map.of();

  /**
   * Opens nothing yet.
   *
   * @param executor one thread; closed with the endpoint
   * @param nanos a clock that never jumps
   */
  Endpoint(
      EndpointSettings settings,
      NetworkDevices devices,
      ScheduledExecutorService executor,
      LongSupplier nanos,
      RandomGenerator random) {
    this.settings = settings;
    this.thread = new EndpointThread(executor);
    this.nanos = nanos;
    this.jitter = new Jitter(random);
    this.echoIdentifier = random.nextInt(0x10000);
    this.device = new InnerDevice(settings, devices);
    this.retry = new Retry(executor, this::reconcile);
  }

  void bind(Encapsulation encapsulation) {
    carriers.add(encapsulation);
    thread.execute(this::reconcile);
  }

  /** Suspends the tunnels of this type; when this returns, none of them is open. */
  void unbind(Encapsulation encapsulation) {
    carriers.remove(encapsulation);
    thread.executeAndWait(this::reconcile);
  }

  void bind(Datapath datapath, int ranking) {
    carriers.add(datapath, ranking);
    thread.execute(this::reconcile);
  }

  /** Moves all tunnels to the next datapath, or suspends them; then nothing of this one is used. */
  void unbind(Datapath datapath) {
    carriers.remove(datapath);
    thread.executeAndWait(this::reconcile);
  }

  @Override
  public Set<TunnelType> tunnelTypes(SignalingPath path) {
    return carriers.types(path);
  }

  @Override
  public CompletionStage<Void> apply(Collection<TunnelParameters> tunnels) {
    Map<String, TunnelParameters> wanted = new LinkedHashMap<>();
    tunnels.forEach(tunnel -> wanted.put(tunnel.id(), tunnel));
    try {
      return CompletableFuture.runAsync(
              () -> {
                desired = wanted;
                retry.reset();
                reconcile();
              },
              thread::execute)
          .minimalCompletionStage();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(new IllegalStateException("the endpoint is closed", e));
    }
  }

  private void reconcile() {
    Optional<Datapath> datapath = carriers.datapath();
    Map<String, TunnelState> obstacles = new HashMap<>();
    List<CarriedTunnel> carried = new ArrayList<>(desired.size());
    for (TunnelParameters tunnel : desired.values()) {
      Optional<Encapsulation> encapsulation = carriers.encapsulation(tunnel.type());
      Optional<TunnelState> obstacle = obstacle(tunnel, encapsulation, datapath);
      if (obstacle.isPresent()) {
        obstacles.put(tunnel.id(), obstacle.get());
      } else {
        encapsulation.ifPresent(e -> carried.add(carried(tunnel, e)));
      }
    }
    if (datapath.isPresent()) {
      device
          .carry(datapath.get(), carried)
          .forEach((id, reason) -> obstacles.put(id, new TunnelState.Failed(reason)));
    } else {
      device.close();
    }
    publish(obstacles);
    retry.after(obstacles.values());
    if (!sweeping && !carried.isEmpty()) {
      sweeping = true;
      thread.repeat(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private Optional<TunnelState> obstacle(
      TunnelParameters tunnel, Optional<Encapsulation> encapsulation, Optional<Datapath> datapath) {
    if (encapsulation.isEmpty()) {
      return suspended("no bundle for " + tunnel.type() + " is active");
    }
    if (datapath.isEmpty()) {
      return suspended("no datapath is active");
    }
    if (!datapath.get().carries(encapsulation.get().wireFormat())) {
      return suspended("datapath " + datapath.get().name() + " cannot carry " + tunnel.type());
    }
    if (tunnel.mtu() > settings.mtu()) {
      return Optional.of(
          new TunnelState.Failed(
              "its MTU "
                  + tunnel.mtu()
                  + " is larger than the device's; raise mtu in etc/"
                  + settings.pid()
                  + ".cfg"));
    }
    return Optional.empty();
  }

  private static Optional<TunnelState> suspended(String reason) {
    return Optional.of(new TunnelState.Suspended(reason));
  }

  private static CarriedTunnel carried(TunnelParameters tunnel, Encapsulation encapsulation) {
    return new CarriedTunnel(
        tunnel.id(),
        encapsulation.wireFormat(),
        tunnel.outer(),
        tunnel.localAddress(),
        tunnel.remotePrefixes(),
        tunnel.localPrefixes(),
        tunnel.mtu());
  }

  private void publish(Map<String, TunnelState> obstacles) {
    Map<String, Standing> before = standings;
    Map<String, Standing> after = new LinkedHashMap<>();
    for (TunnelParameters tunnel : desired.values()) {
      TunnelState obstacle = obstacles.get(tunnel.id());
      Optional<Standing> earlier = Optional.ofNullable(before.get(tunnel.id()));
      after.put(
          tunnel.id(),
          obstacle == null
              ? new Standing(tunnel, up(), Optional.of(watch(tunnel, earlier)))
              : new Standing(tunnel, obstacle, Optional.empty()));
    }
    standings = after;
    TunnelLog.changes(before, after);
  }

  private TunnelState up() {
    return new TunnelState.Up(
        carriers.datapath().map(Datapath::name).orElse(""), settings.device());
  }

  /** An unchanged tunnel's watch goes on; one that moved or comes back gets its full time again. */
  private Supervision watch(TunnelParameters tunnel, Optional<Standing> earlier) {
    Optional<Supervision> watch = earlier.flatMap(Standing::supervision);
    if (watch.isPresent() && earlier.map(Standing::parameters).equals(Optional.of(tunnel))) {
      return watch.get();
    }
    long received = counters(tunnel.id()).receivedPackets();
    return new Supervision(
        tunnel, nanos.getAsLong(), received, watch.flatMap(Supervision::heard), jitter);
  }

  private void sweep() {
    device.forwarding().ifPresent(this::sweep);
  }

  private void sweep(Forwarding forwarding) {
    long now = nanos.getAsLong();
    for (Standing standing : standings.values()) {
      if (standing.supervision().isPresent()) {
        look(standing.parameters(), standing.supervision().get(), forwarding, now);
      }
    }
  }

  private void look(
      TunnelParameters tunnel, Supervision supervision, Forwarding forwarding, long now) {
    switch (supervision.look(now, forwarding.counters(tunnel.id()).receivedPackets())) {
      case SILENT -> {
        TunnelLog.silent(tunnel.id());
        listeners.forEach(listener -> tell(listener, tunnel.id()));
      }
      case HEARD_AGAIN -> TunnelLog.heardAgain(tunnel.id());
      case AS_BEFORE -> {}
    }
    supervision.due(now).ifPresent(sequence -> ping(tunnel, forwarding, sequence));
  }

  /** An IPv4 tunnel would need the ICMP of IPv4; no datapath carries one. */
  private void ping(TunnelParameters tunnel, Forwarding forwarding, int sequence) {
    if (tunnel.localAddress() instanceof Inet6Address source
        && tunnel.keepAlive().isPresent()
        && tunnel.keepAlive().get().address() instanceof Inet6Address destination) {
      forwarding.inject(tunnel.id(), EchoRequest.of(source, destination, echoIdentifier, sequence));
    }
  }

  private static void tell(Consumer<String> listener, String id) {
    try {
      listener.accept(id);
    } catch (RuntimeException e) {
      LOG.warn("A listener failed on the silence of tunnel {}", id, e);
    }
  }

  @Override
  public List<TunnelStatus> tunnels() {
    long now = nanos.getAsLong();
    return standings.values().stream().map(standing -> status(standing, now)).toList();
  }

  @Override
  public Optional<TunnelStatus> tunnel(String id) {
    return Optional.ofNullable(standings.get(id))
        .map(standing -> status(standing, nanos.getAsLong()));
  }

  private TunnelStatus status(Standing standing, long now) {
    return standing.status(counters(standing.parameters().id()), now);
  }

  private TunnelCounters counters(String id) {
    return device.forwarding().map(running -> running.counters(id)).orElse(TunnelCounters.ZERO);
  }

  @Override
  public Map<DropReason, Long> drops() {
    return device.forwarding().map(Forwarding::drops).orElse(Map.of());
  }

  @Override
  public AutoCloseable watchSilence(Consumer<String> listener) {
    listeners.add(listener);
    return () -> listeners.removeIf(watching -> watching == listener);
  }

  /** Closes every tunnel and removes the device. */
  @Override
  public void close() {
    thread.executeAndWait(device::close);
    thread.close();
    standings = Map.of();
  }
}
