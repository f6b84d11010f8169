package org.culvert.endpoint;

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
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.endpoint.Datapaths.Wish;

/**
 * Makes the open tunnels those that are desired, and keeps them so.
 *
 * <ol>
 *   <li>{@link #apply} says what is desired; {@link #bind} and {@link #unbind} say what can be
 *       carried
 *   <li>each leads to {@link #reconcile}: open what can be opened, suspend the rest, try again
 *       later what failed
 *   <li>{@link #sweep} looks at every open tunnel once a second: whether it is carried still, its
 *       keepalives and its silence, and whether this host sends its packets
 *   <li>{@link Paths} searches what their paths carry
 *   <li>{@link Repairs} hears what others change in the operating system, and has it put right
 * </ol>
 *
 * All of it happens on one thread. What other threads may ask for is published whole.
 */
final class Endpoint implements TunnelEndpoint, AutoCloseable {
  private static final long SWEEP_MILLIS = 1_000;

  private final EndpointSettings settings;
  private final EndpointThread thread;
  private final LongSupplier nanos;
  private final Carriers carriers;
  private final Datapaths datapaths;
  private final Supervisor supervisor;
  private final Retry retry;
  private final Paths paths;
  private final OuterAddresses outers;
  private final Repairs repairs;
  private final LinkLocalAddresses linkLocal = new LinkLocalAddresses();
  private final Verification verification;
  private final LoopAlarm loops = new LoopAlarm();
  private final NamedDatapath named;

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
      OuterSockets sockets,
      ScheduledExecutorService executor,
      LongSupplier nanos,
      RandomGenerator random) {
    this.settings = settings;
    this.thread = new EndpointThread(executor);
    this.nanos = nanos;
    this.carriers = new Carriers(settings);
    this.named = new NamedDatapath(settings, carriers, executor, nanos);
    Quarrels quarrels = new Quarrels(nanos);
    this.paths = new Paths(settings, sockets, thread, nanos, random);
    ShadowedRoutes shadows = new ShadowedRoutes(devices);
    this.datapaths = new Datapaths(settings, devices, quarrels, shadows, paths.listener());
    this.supervisor = new Supervisor(nanos, random);
    this.retry = new Retry(executor, this::tryAgain);
    Rivals rivals = new Rivals(datapaths.devices(), shadows, executor, nanos, this::reconcile);
    this.outers = new OuterAddresses(devices, executor, nanos, this::reconcile);
    this.repairs =
        new Repairs(devices, datapaths, executor, nanos, quarrels, rivals, outers, this::reconcile);
    this.verification =
        new Verification(
            settings.role(),
            devices,
            datapaths.devices()::configurations,
            quarrels::lines,
            this::tunnels);
    named.look();
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
    named.look();
    thread.execute(this::chooseAgain);
  }

  /** Moves its tunnels to the next datapath, or suspends them; then nothing of it is used. */
  void unbind(Datapath datapath) {
    carriers.remove(datapath);
    named.look();
    thread.executeAndWait(this::chooseAgain);
  }

  private void chooseAgain() {
    datapaths.forgiveRefusals();
    reconcile();
  }

  @Override
  public Set<TunnelProfile> profiles() {
    return carriers.profiles();
  }

  @Override
  public CompletionStage<Void> apply(Collection<TunnelParameters> tunnels) {
    Map<String, TunnelParameters> wanted = new LinkedHashMap<>();
    tunnels.forEach(tunnel -> wanted.put(tunnel.id(), tunnel));
    try {
      return CompletableFuture.runAsync(
              () -> {
                desired = wanted;
                reconcile();
              },
              thread::execute)
          .minimalCompletionStage();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(new IllegalStateException("the endpoint is closed", e));
    }
  }

  private void tryAgain() {
    datapaths.devices().doubtTroubles();
    reconcile();
  }

  private void reconcile() {
    Map<String, TunnelState> obstacles = new HashMap<>();
    List<Wish> wishes = new ArrayList<>(desired.size());
    InnerPrefixes inner = new InnerPrefixes(desired.values());
    for (TunnelParameters tunnel : desired.values()) {
      Optional<Wish> wish = wish(tunnel);
      if (wish.isEmpty()) {
        obstacles.put(tunnel.id(), new TunnelState.Suspended(carriers.missing(tunnel.type())));
      } else {
        misfit(tunnel, wish.get(), inner)
            .ifPresentOrElse(
                reason -> obstacles.put(tunnel.id(), new TunnelState.Failed(reason)),
                () -> wishes.add(wish.get()));
      }
    }
    outers.desire(wishes.stream().map(Wish::outer).collect(Collectors.toSet()));
    datapaths
        .carry(wishes, carriers.datapaths())
        .forEach((id, reason) -> obstacles.put(id, new TunnelState.Failed(reason)));
    for (Wish wish : wishes) {
      outers
          .obstacle(wish.outer())
          .ifPresent(reason -> obstacles.put(wish.tunnel().id(), new TunnelState.Failed(reason)));
    }
    publish(obstacles);
    retry.after(desired, obstacles);
    if (!sweeping && !wishes.isEmpty()) {
      sweeping = true;
      repairs.begin();
      paths.begin();
      thread.repeat(this::sweep, SWEEP_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Says why no datapath should be bothered with a tunnel. */
  private Optional<String> misfit(TunnelParameters tunnel, Wish wish, InnerPrefixes inner) {
    return settings
        .misfit(tunnel)
        .or(() -> inner.obstacle(tunnel))
        .or(() -> OuterFit.obstacle(tunnel.type(), wish.tunnel().carried()));
  }

  /** Returns what the datapaths are asked for; empty if nothing installed can carry it. */
  private Optional<Wish> wish(TunnelParameters tunnel) {
    return carriers
        .wire(tunnel)
        .map(wire -> wish(tunnel, wire))
        .filter(wish -> !wish.datapaths().isEmpty());
  }

  private Wish wish(TunnelParameters tunnel, WireFormat wire) {
    return new Wish(DesiredTunnel.of(tunnel, wire, linkLocal), carriers.datapaths(wire));
  }

  private void publish(Map<String, TunnelState> obstacles) {
    Map<String, Standing> before = standings;
    Map<String, Standing> after = new LinkedHashMap<>();
    for (TunnelParameters tunnel : desired.values()) {
      Optional<Standing> earlier = Optional.ofNullable(before.get(tunnel.id()));
      Optional<TunnelState> obstacle = Optional.ofNullable(obstacles.get(tunnel.id()));
      after.put(tunnel.id(), standing(tunnel, earlier, obstacle));
    }
    standings = after;
    TunnelLog.changes(before, after);
  }

  private Standing standing(
      TunnelParameters tunnel, Optional<Standing> earlier, Optional<TunnelState> obstacle) {
    TunnelState state = obstacle.orElseGet(() -> datapaths.state(tunnel.id()));
    boolean carried = datapaths.forwarding(tunnel.id()).isPresent();
    // A server that has no address to hear it by must not call the other end silent.
    boolean deaf =
        tunnel.side() == Side.SERVER
            && outers.obstacle(tunnel.outer().local().getAddress()).isPresent();
    return new Standing(
        tunnel,
        state,
        carried && !deaf ? Optional.of(watch(tunnel, earlier)) : Optional.empty(),
        earlier.flatMap(Standing::heard),
        warning(tunnel.id(), state));
  }

  private Optional<String> warning(String id, TunnelState state) {
    return state instanceof TunnelState.Up
        ? supervisor.warning(id).or(() -> datapaths.warning(id))
        : Optional.empty();
  }

  /** Publishes the warnings as they are now; nothing else has changed. */
  private void warn() {
    Map<String, Standing> before = standings;
    Map<String, Standing> after = new LinkedHashMap<>(before);
    after.replaceAll((id, standing) -> standing.warned(warning(id, standing.state())));
    standings = after;
    TunnelLog.changes(before, after);
  }

  /**
   * An unchanged tunnel's watch goes on, also while this host refuses it a route, or its user is in
   * other groups: the other end still answers. One that moved or was closed gets its full time
   * again, and has to be heard anew: what came before proves nothing about the new place.
   */
  private Supervision watch(TunnelParameters tunnel, Optional<Standing> earlier) {
    Optional<Supervision> watch = earlier.flatMap(Standing::supervision);
    if (watch.isPresent() && earlier.orElseThrow().isWayOf(tunnel)) {
      return watch.get();
    }
    long received = datapaths.counters(tunnel.id()).receivedPackets();
    return supervisor.begin(tunnel, received);
  }

  /** Tells whether a tunnel that is up needs to be opened again. */
  boolean isLost(String id) {
    return datapaths.isLost(id);
  }

  private void sweep() {
    if (standings.keySet().stream().anyMatch(this::isLost)) {
      reconcile();
    }
    if (supervisor.sweep(standings.values(), datapaths)) {
      warn();
    }
    loops.look(standings.values(), datapaths::counters);
    paths.look(standings.values(), carriers, datapaths);
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
    String id = standing.parameters().id();
    Optional<Integer> mtu = datapaths.mtu(id).or(() -> paths.mtu(id));
    return standing.status(datapaths.counters(id), mtu, now);
  }

  @Override
  public CompletionStage<List<String>> verify() {
    return verification.start();
  }

  @Override
  public Map<DropReason, Long> drops() {
    return datapaths.drops();
  }

  /** Returns which tunnels packets go round through, and what of the configuration is wrong. */
  List<String> alarms() {
    return Stream.concat(loops.lines().stream(), mistakes().stream()).toList();
  }

  /** Returns what of the configuration turned out to be wrong, a line each. */
  List<String> mistakes() {
    return named.lines();
  }

  @Override
  public AutoCloseable watchSilence(Consumer<String> listener) {
    return supervisor.watch(listener);
  }

  /** Closes every tunnel and removes the devices. */
  @Override
  public void close() {
    repairs.close();
    paths.close();
    thread.executeAndWait(datapaths::close);
    thread.close();
    standings = Map.of();
  }
}
