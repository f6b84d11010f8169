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
import org.culvert.api.recurrence.Recurrences;

/**
 * Hears of routes of others that may be better than ours to the same destination, and has it looked
 * at whether they are.
 *
 * <ol>
 *   <li>what is told, by the operating system's thread, concerns a destination of ours, or is
 *       passed over: a routing daemon may tell of a million
 *   <li>a moment later, on the endpoint's thread, the operating system is asked about those
 *       destinations and no others; one that turns again and again must wait
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
    }
  }

  /**
   * Takes note of new destinations: that somebody has a better route to one was no news then, and
   * it keeps no tunnel from being opened.
   */
  private void suspect(Set<IpPrefix> destinations) {
    suspects.addAll(destinations);
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
      if (lookAtAll()) {
        changed.run();
      }
      return;
    }
    Set<IpPrefix> waiting = new HashSet<>(suspects);
    Set<IpPrefix> due = turns.due(waiting);
    // What is told from here on may not be seen by this look.
    suspects.removeAll(due);
    waiting.removeAll(due);
    Map<IpPrefix, String> destinations = new HashMap<>();
    due.forEach(
        destination ->
            device(destination).ifPresent(device -> destinations.put(destination, device)));
    long begin = nanos.getAsLong();
    Set<IpPrefix> turned = shadows.look(destinations);
    noteLook(begin);
    turned.forEach(turns::note);
    if (!turned.isEmpty()) {
      changed.run();
    }
    if (!waiting.isEmpty()) {
      plan(Math.max(MOMENT, turns.wait(waiting)));
    }
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
    Set<IpPrefix> turned = shadows.lookAtAll(devices.configurations());
    noteLook(begin);
    turned.forEach(turns::note);
    turns.settle();
    return !turned.isEmpty();
  }
}
