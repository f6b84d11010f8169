package org.culvert.endpoint;

import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.culvert.api.endpoint.HostReport;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.HostNetwork;
import org.culvert.api.netdev.HostState;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the host as the tunnels need it: when something else is desired, and once a second against
 * what others change.
 *
 * <p>It has a thread of its own, so that no tunnel waits for it. A server that stops leaves what
 * ends packets to its pools in place, since those packets come in whether it runs or not; what a
 * client that stops leaves, nobody needs, so it takes that back.
 */
final class HostUpkeep implements HostReport, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HostUpkeep.class);
  private static final long LOOK_MILLIS = 1_000;
  private static final long LIMIT_SECONDS = 10;

  /** What is done that often in a row is undone by another program, which is told once. */
  private static final int FEUD = 5;

  /** A feud is over when nothing was undone for so many looks. */
  private static final int CALM_LOOKS = 60;

  private final Side side;
  private final HostSettings settings;
  private final HostNetwork host;
  private final Function<String, Optional<String>> device;
  private final ScheduledExecutorService executor;

  /**
   * A server's; empty until the broker has told, and till then nothing is known to be superfluous.
   */
  private Optional<Set<IpPrefix>> pools = Optional.empty();

  /** Those that a server's clients are told to ask. */
  private Set<InetAddress> resolvers = Set.of();

  private List<TunnelParameters> tunnels = List.of();

  /**
   * What is desired since the last look. A look may take longer than the broker needs for the next
   * tunnel: one that waits sees all that was told meanwhile.
   */
  private final AtomicReference<@Nullable List<TunnelParameters>> told = new AtomicReference<>();

  private final AtomicBoolean looksSoon = new AtomicBoolean();

  /** Where desired tunnels stand or last stood: while one is down, its packets go no other way. */
  private final Map<String, String> devices = new HashMap<>();

  private Set<InetAddress> neighbors = Set.of();

  /** In how many looks in a row something had to be done, by what it is. */
  private final Map<String, Integer> inRow = new HashMap<>();

  /** What another program undoes, and for how many looks that is told yet. */
  private final Map<String, Integer> feuds = new HashMap<>();

  /** What guards the host; empty until it is worked out. */
  private Optional<HostGuard> guard = Optional.empty();

  /** Whether the guard changes with the devices that tunnels stand on. */
  private boolean guardMoves;

  private volatile List<String> missing = List.of();
  private volatile Map<DropReason, Long> drops = Map.of();

  /**
   * Begins to look after the host.
   *
   * @param device tells the device that a tunnel stands on, if it does; any thread may ask
   * @param executor one thread; closed with this
   */
  HostUpkeep(
      Side side,
      HostSettings settings,
      HostNetwork host,
      Function<String, Optional<String>> device,
      ScheduledExecutorService executor) {
    this.side = side;
    this.settings = settings;
    this.host = host;
    this.device = device;
    this.executor = executor;
    executor.execute(this::look);
    var unused =
        executor.scheduleWithFixedDelay(
            this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** Takes note of a server's pools; completes when packets to their unused parts end here. */
  CompletionStage<Void> serve(Set<IpPrefix> all, Set<InetAddress> told) {
    Set<IpPrefix> copy = Set.copyOf(all);
    Set<InetAddress> asked = Set.copyOf(told);
    return soon(
        () -> {
          pools = Optional.of(copy);
          resolvers = asked;
          guard = Optional.empty();
        });
  }

  /** Takes note of what is desired. */
  void desire(Collection<TunnelParameters> desired) {
    told.set(List.copyOf(desired));
    lookAgain();
  }

  private void take(List<TunnelParameters> desired) {
    tunnels = desired;
    guard = Optional.empty();
    guardMoves = desired.stream().anyMatch(TunnelParameters::ownLink);
    devices.keySet().retainAll(desired.stream().map(TunnelParameters::id).collect(toSet()));
    neighbors = side == Side.SERVER ? HostNeeds.neighbors(desired) : Set.of();
  }

  /** Looks again, since tunnels stand now that did not before. */
  void lookAgain() {
    if (looksSoon.compareAndSet(false, true)) {
      soon(() -> looksSoon.set(false));
    }
  }

  private CompletionStage<Void> soon(Runnable change) {
    try {
      return CompletableFuture.runAsync(
              () -> {
                change.run();
                look();
              },
              executor)
          .minimalCompletionStage();
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(new IllegalStateException("the endpoint is closed", e));
    }
  }

  private void look() {
    Optional.ofNullable(told.getAndSet(null)).ifPresent(this::take);
    if (side == Side.SERVER && pools.isEmpty()) {
      return;
    }
    HostConfiguration wanted =
        side == Side.SERVER
            ? HostNeeds.ofServer(settings, pools.orElseThrow(), tunnels, neighbors, this::deviceOf)
            : HostNeeds.ofClient(settings, tunnels, this::deviceOf);
    try {
      HostState state = host.configure(guarded(wanted));
      drops = state.drops();
      tell(state);
    } catch (IOException | RuntimeException e) {
      tell(
          new HostState(
              List.of(), List.of("this host is as it was: " + RunningDatapath.reason(e))));
    }
  }

  /** It is worked out anew where something has changed, for there may be many tunnels. */
  private HostConfiguration guarded(HostConfiguration wanted) {
    Optional<Reach> reach = settings.reach();
    if (reach.isPresent() && pools.isPresent() && (guard.isEmpty() || guardMoves)) {
      guard = Optional.of(reach.get().guard(pools.get(), resolvers, tunnels, this::deviceOf));
    }
    return guard.map(wanted::guardedBy).orElse(wanted);
  }

  private Optional<String> deviceOf(String id) {
    device.apply(id).ifPresent(now -> devices.put(id, now));
    return Optional.ofNullable(devices.get(id));
  }

  private void tell(HostState state) {
    Set<String> now = new HashSet<>(state.missing());
    now.addAll(feuds(state.changed()));
    List<String> before = missing;
    missing = now.stream().sorted().toList();
    for (String line : missing) {
      if (!before.contains(line)) {
        LOG.warn("Host: {}", line);
      }
    }
    for (String line : before) {
      if (!now.contains(line)) {
        LOG.info("Host: no longer so: {}", line);
      }
    }
  }

  /**
   * Tells what was done, and who undoes what is told instead: it is done again all the same, and
   * nothing else waits for that.
   */
  private List<String> feuds(List<String> done) {
    inRow.keySet().retainAll(done);
    feuds.replaceAll((what, looks) -> looks - 1);
    feuds.values().removeIf(looks -> looks <= 0);
    for (String what : done) {
      if (inRow.merge(what, 1, Integer::sum) > FEUD) {
        feuds.put(what, CALM_LOOKS);
      }
      if (!feuds.containsKey(what)) {
        LOG.info("Host: {}", what);
      }
    }
    return feuds.keySet().stream()
        .map(what -> "another program undoes again and again what is done here: " + what)
        .toList();
  }

  /** Returns what the host's guard has dropped, by reason, as it was at the last look. */
  Map<DropReason, Long> drops() {
    return drops;
  }

  @Override
  public List<String> missing() {
    return missing;
  }

  /** Ends the looks; a client takes back what it added. */
  @Override
  public void close() {
    if (side == Side.CLIENT) {
      try {
        executor
            .submit(() -> host.configure(HostConfiguration.nothing(side)))
            .get(LIMIT_SECONDS, TimeUnit.SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        LOG.debug("The host keeps what was added for tunnels", e);
      }
    }
    executor.shutdownNow();
  }
}
