package org.culvert.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.datapath.PathListener;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The datapaths at work, and which one carries which tunnel: the best that carries its format and
 * can be started.
 *
 * <p>Confined to the endpoint's thread, but for what is asked about one tunnel or all.
 */
final class Datapaths {
  private static final Logger LOG = LoggerFactory.getLogger(Datapaths.class);

  /**
   * A tunnel to be carried.
   *
   * @param datapaths those that carry its format, the best first; at least one
   */
  record Wish(DesiredTunnel tunnel, List<Datapath> datapaths) {

    /** Returns this end's outer address. */
    InetAddress outer() {
      return tunnel.carried().outer().local().getAddress();
    }
  }

  private final EndpointSettings settings;
  private final NetworkDevices devices;
  private final Quarrels quarrels;
  private final ShadowedRoutes shadows;
  private final PathListener listener;
  private final Map<Datapath, RunningDatapath> running = new IdentityHashMap<>();

  /** Why datapaths could not be started. While another does their work they are left alone. */
  private final Map<Datapath, String> refusals = new IdentityHashMap<>();

  /** What other threads see, swapped whole. */
  private volatile Map<String, RunningDatapath> carrying = Map.of();

  private volatile List<RunningDatapath> published = List.of();

  private final DesiredDevices desired = new DesiredDevices(() -> published);

  Datapaths(
      EndpointSettings settings,
      NetworkDevices devices,
      Quarrels quarrels,
      ShadowedRoutes shadows,
      PathListener listener) {
    this.settings = settings;
    this.devices = devices;
    this.quarrels = quarrels;
    this.shadows = shadows;
    this.listener = listener;
  }

  /**
   * Carries exactly these tunnels. A tunnel that stays where it is loses nothing.
   *
   * @param bound the datapaths that may be used; any other is closed
   * @return the tunnels that do not stand, by id, with the cause
   */
  Map<String, String> carry(Collection<Wish> wishes, Collection<Datapath> bound) {
    List.copyOf(running.keySet()).stream()
        .filter(datapath -> isAbsent(datapath, bound))
        .forEach(this::close);
    refusals.keySet().removeIf(refusing -> isAbsent(refusing, bound));
    Map<String, String> failures = new HashMap<>();
    Map<RunningDatapath, List<DesiredTunnel>> plan = plan(wishes, failures);
    for (RunningDatapath datapath : running.values()) {
      if (isLeftBySome(datapath, plan)) {
        datapath.keep(plan.getOrDefault(datapath, List.of()));
      }
    }
    Map<String, RunningDatapath> carriedBy = new LinkedHashMap<>();
    for (RunningDatapath datapath : running.values()) {
      failures.putAll(datapath.carry(plan.getOrDefault(datapath, List.of())));
      datapath.carried().forEach(id -> carriedBy.put(id, datapath));
    }
    publish(carriedBy);
    return failures;
  }

  private static boolean isAbsent(Datapath datapath, Collection<Datapath> bound) {
    return bound.stream().noneMatch(present -> present == datapath);
  }

  /** Puts each tunnel to the best datapath that works. */
  private Map<RunningDatapath, List<DesiredTunnel>> plan(
      Collection<Wish> wishes, Map<String, String> failures) {
    for (Wish wish : wishes) {
      if (wish.datapaths().stream().noneMatch(running::containsKey)) {
        wish.datapaths().forEach(refusals::remove);
      }
    }
    // All are started before the first tunnel gets its place, for starting one may close another.
    wishes.forEach(wish -> best(wish, wishes));
    Map<RunningDatapath, List<DesiredTunnel>> plan = new IdentityHashMap<>();
    for (Wish wish : wishes) {
      best(wish, wishes)
          .ifPresentOrElse(
              found -> plan.computeIfAbsent(found, d -> new ArrayList<>()).add(wish.tunnel()),
              () -> failures.put(wish.tunnel().id(), refusals(wish)));
    }
    return plan;
  }

  private Optional<RunningDatapath> best(Wish wish, Collection<Wish> wishes) {
    return wish.datapaths().stream()
        .filter(datapath -> ensureRunning(datapath, wishes))
        .findFirst()
        .map(running::get);
  }

  /** Starts a datapath if it does not run and has not refused; tells whether it runs now. */
  private boolean ensureRunning(Datapath datapath, Collection<Wish> wishes) {
    if (running.containsKey(datapath)) {
      return true;
    }
    if (refusals.containsKey(datapath)) {
      return false;
    }
    try {
      running.put(datapath, start(datapath, wishes));
      return true;
    } catch (IOException | RuntimeException e) {
      refusals.put(datapath, RunningDatapath.reason(e));
      LOG.warn("Datapath {} cannot be used: {}", datapath.name(), RunningDatapath.reason(e));
      return false;
    }
  }

  /**
   * Two datapaths may want the same name for their device. The worse one makes room if all that it
   * could carry goes to the better one anyway.
   */
  private RunningDatapath start(Datapath datapath, Collection<Wish> wishes) throws IOException {
    try {
      return begin(datapath);
    } catch (IOException e) {
      List<Datapath> worse =
          running.keySet().stream().filter(other -> yields(other, datapath, wishes)).toList();
      if (worse.isEmpty()) {
        throw e;
      }
      worse.forEach(this::close);
      return begin(datapath);
    }
  }

  private RunningDatapath begin(Datapath datapath) throws IOException {
    return RunningDatapath.start(
        datapath, settings, new DeviceConfigurations(devices, quarrels, shadows), listener);
  }

  private static boolean yields(Datapath worse, Datapath better, Collection<Wish> wishes) {
    return wishes.stream()
        .map(Wish::datapaths)
        .filter(ranked -> ranked.contains(worse))
        .allMatch(
            ranked -> ranked.contains(better) && ranked.indexOf(better) < ranked.indexOf(worse));
  }

  private void close(Datapath datapath) {
    RunningDatapath closed = running.remove(datapath);
    if (closed != null) {
      closed.close();
    }
  }

  private String refusals(Wish wish) {
    if (wish.datapaths().size() == 1) {
      return refusals.getOrDefault(wish.datapaths().get(0), "its datapath was closed");
    }
    return wish.datapaths().stream()
        .map(datapath -> datapath.name() + ": " + refusals.getOrDefault(datapath, "closed"))
        .collect(Collectors.joining("; "));
  }

  private static boolean isLeftBySome(
      RunningDatapath datapath, Map<RunningDatapath, List<DesiredTunnel>> plan) {
    return plan.entrySet().stream()
        .filter(entry -> entry.getKey() != datapath)
        .flatMap(entry -> entry.getValue().stream())
        .anyMatch(tunnel -> datapath.carried().contains(tunnel.id()));
  }

  private void publish(Map<String, RunningDatapath> carriedBy) {
    carrying = carriedBy;
    published = List.copyOf(running.values());
  }

  /** Lets datapaths that could not be started try again. */
  void forgiveRefusals() {
    refusals.clear();
  }

  /** Returns how a tunnel that is carried stands. */
  TunnelState state(String id) {
    RunningDatapath datapath = carrying.get(id);
    return datapath == null ? new TunnelState.Failed("no datapath carries it") : datapath.up(id);
  }

  /** Returns what carries a tunnel. */
  Optional<Forwarding> forwarding(String id) {
    return Optional.ofNullable(carrying.get(id)).map(RunningDatapath::forwarding);
  }

  /** Says what others do to some packets of a tunnel; on the endpoint's thread. */
  Optional<String> warning(String id) {
    return Optional.ofNullable(carrying.get(id)).flatMap(datapath -> datapath.warning(id));
  }

  /** Returns the MTU of a tunnel, where its datapath may keep another than it was told. */
  Optional<Integer> mtu(String id) {
    return forwarding(id).flatMap(forwarding -> forwarding.mtu(id));
  }

  /** Gives the device of a tunnel's own an MTU. */
  void mtu(String id, int mtu) {
    RunningDatapath datapath = carrying.get(id);
    if (datapath != null) {
      datapath.mtu(id, mtu);
    }
  }

  TunnelCounters counters(String id) {
    return forwarding(id).map(found -> found.counters(id)).orElse(TunnelCounters.ZERO);
  }

  /** Tells whether a tunnel that was open is carried no more. */
  boolean isLost(String id) {
    return forwarding(id).flatMap(found -> found.failure(id)).isPresent();
  }

  boolean isAnyLost() {
    return carrying.keySet().stream().anyMatch(this::isLost);
  }

  Map<DropReason, Long> drops() {
    Map<DropReason, Long> sum = new HashMap<>();
    for (RunningDatapath datapath : published) {
      datapath.forwarding().drops().forEach((reason, count) -> sum.merge(reason, count, Long::sum));
    }
    return sum;
  }

  /** Returns the devices of all of them. Any thread may ask. */
  DesiredDevices devices() {
    return desired;
  }

  /** Stops all datapaths; their devices are removed. */
  void close() {
    List.copyOf(running.keySet()).forEach(this::close);
    publish(Map.of());
  }
}
