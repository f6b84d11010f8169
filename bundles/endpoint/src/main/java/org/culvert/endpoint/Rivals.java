package org.culvert.endpoint;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.Ways;
import org.culvert.api.recurrence.Recurrences;

/**
 * Hears of what others do that may keep packets from our ways, and has it looked at whether it
 * does.
 *
 * <ol>
 *   <li>what is told, by the operating system's thread, is a route to a destination of ours, to a
 *       part of one, or to all the world where we have a default route, or is passed over: a
 *       routing daemon may tell of a million
 *   <li>a moment later, on the endpoint's thread, the operating system is asked about those
 *       destinations and no others; one that turns again and again must wait
 *   <li>rules and packet filters may concern any of them, so that all are looked at once
 * </ol>
 *
 * <p>A slow look makes looks rare: they take a tenth of the time at most.
 */
final class Rivals {
  /** One act of another program is many announcements. */
  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(200);

  private static final int SHARE = 10;

  private final DesiredDevices devices;
  private final ShadowedRoutes shadows;
  private final LongSupplier nanos;
  private final Runnable changed;
  private final Alarm alarm;
  private final Recurrences<IpPrefix> turns;
  private final Set<IpPrefix> suspects = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean all = new AtomicBoolean();

  /** Whether one of the suspects is there for a part of it. */
  private final AtomicBoolean parts = new AtomicBoolean();

  /** Lengths that destinations of ours have or had, without those of default routes. */
  private final Set<Integer> lengths = ConcurrentHashMap.newKeySet();

  /** Before then there is no other look. */
  private volatile long notBefore;

  /**
   * Hears nothing yet.
   *
   * @param nanos a clock that never jumps
   * @param changed runs on the endpoint's thread when tunnels may stand otherwise than before
   */
  Rivals(
      DesiredDevices devices,
      ShadowedRoutes shadows,
      ScheduledExecutorService executor,
      LongSupplier nanos,
      Runnable changed) {
    this.devices = devices;
    this.shadows = shadows;
    this.nanos = nanos;
    this.changed = changed;
    this.alarm = new Alarm(executor, nanos, this::look);
    this.turns = new Recurrences<>(nanos);
    this.notBefore = nanos.getAsLong();
    shadows.tell(this::suspect);
  }

  /** Takes note of a destination that somebody else has a route to; any thread may call. */
  void suspect(IpPrefix destination) {
    if (device(destination).isPresent()) {
      suspects.add(destination);
      plan(MOMENT);
      return;
    }
    Optional<IpPrefix> around = around(destination);
    if (around.isPresent()) {
      suspects.add(around.get());
      parts.set(true);
      plan(MOMENT);
    }
  }

  /**
   * Returns the destination of ours that another is a part of. Of a default route everything is a
   * part, and only what stands for all the world is of interest.
   */
  private Optional<IpPrefix> around(IpPrefix part) {
    return lengths.stream()
        .filter(length -> length < part.length())
        .map(length -> IpPrefix.containing(part.network(), length))
        .filter(destination -> device(destination).isPresent())
        .findFirst()
        .or(
            () ->
                Optional.of(IpPrefix.containing(part.network(), 0))
                    .filter(all -> part.isWorld() && device(all).isPresent()));
  }

  /**
   * Takes note of new destinations and sources: that somebody kept packets from one was no news
   * then, and it keeps no tunnel from being opened.
   */
  private void suspect(Set<IpPrefix> prefixes) {
    prefixes.stream().map(IpPrefix::length).filter(length -> length > 0).forEach(lengths::add);
    suspects.addAll(prefixes);
    plan(MOMENT);
  }

  /** Takes note that it may be any destination; any thread may call. */
  void suspectAll() {
    all.set(true);
    plan(MOMENT);
  }

  /** Returns the device of an ordinary route; a better one is what fallback routes wait for. */
  private Optional<String> device(IpPrefix destination) {
    return devices.holders(destination).stream()
        .filter(
            device ->
                devices
                    .wanted(device)
                    .filter(wish -> wish.routes().contains(destination))
                    .isPresent())
        .findFirst();
  }

  private void plan(long delay) {
    alarm.in(Math.max(delay, notBefore - nanos.getAsLong()));
  }

  private void look() {
    if (all.get()) {
      suspects.clear();
      parts.set(false);
      if (lookAtAll()) {
        changed.run();
      }
      return;
    }
    boolean some = parts.getAndSet(false);
    Set<IpPrefix> waiting = new HashSet<>(suspects);
    Set<IpPrefix> due = turns.due(waiting);
    // What is told from here on may not be seen by this look.
    suspects.removeAll(due);
    waiting.removeAll(due);
    if (some && !waiting.isEmpty()) {
      parts.set(true);
    }
    long begin = nanos.getAsLong();
    Set<IpPrefix> turned = shadows.look(ways(due, some));
    noteLook(begin);
    turned.forEach(turns::note);
    if (!turned.isEmpty()) {
      changed.run();
    }
    if (!waiting.isEmpty()) {
      plan(Math.max(MOMENT, turns.wait(waiting)));
    }
  }

  private Ways ways(Set<IpPrefix> prefixes, boolean some) {
    Map<IpPrefix, String> destinations = new HashMap<>();
    Map<IpPrefix, String> sources = new HashMap<>(devices.sources());
    sources.keySet().retainAll(prefixes);
    prefixes.forEach(
        prefix -> device(prefix).ifPresent(device -> destinations.put(prefix, device)));
    return new Ways(destinations, sources, Set.of(), some);
  }

  private Ways allWays() {
    Map<IpPrefix, String> destinations = new HashMap<>();
    Map<String, DeviceConfiguration> configurations = devices.configurations();
    configurations.forEach(
        (device, wish) ->
            wish.routes().forEach(destination -> destinations.put(destination, device)));
    return new Ways(destinations, devices.sources(), configurations.keySet(), true);
  }

  private void noteLook(long begin) {
    long end = nanos.getAsLong();
    notBefore = end + SHARE * (end - begin);
  }

  /**
   * Looks at all destinations, for not all is told; on the endpoint's thread.
   *
   * @return whether any stands otherwise than before
   */
  boolean lookAtAll() {
    all.set(false);
    long begin = nanos.getAsLong();
    Optional<Set<IpPrefix>> turned = shadows.lookAtAll(allWays());
    noteLook(begin);
    turned.ifPresent(prefixes -> prefixes.forEach(turns::note));
    turns.settle();
    return turned.isPresent();
  }
}
