package org.culvert.endpoint;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Collection;
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
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.recurrence.Recurrences;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This end's outer addresses of tunnels, and whether this host has them. A host is renumbered, and
 * an address comes late or moves to another host and back.
 *
 * <ol>
 *   <li>an address is looked at before its first tunnel is opened
 *   <li>what is told, by the operating system's thread, concerns such an address, or is passed over
 *   <li>a moment later, on the endpoint's thread, the operating system is asked about those
 *       addresses and no others; one that turns again and again must wait
 *   <li>one that is gone fails its tunnels, which stay open and carry on as soon as it is back; one
 *       that came is a reason to try again what failed
 * </ol>
 *
 * <p>An address that was never there fails nothing: where the host lets sockets be bound to such
 * addresses, they belong to whoever holds them now, and where it does not, a datapath will say so.
 *
 * <p>A slow look makes looks rare: they take a tenth of the time at most.
 */
final class OuterAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(OuterAddresses.class);

  /** One act of another program is many announcements. */
  private static final long MOMENT = TimeUnit.MILLISECONDS.toNanos(200);

  private static final int SHARE = 10;

  private final NetworkDevices devices;
  private final LongSupplier nanos;
  private final Runnable changed;
  private final Alarm alarm;
  private final Recurrences<InetAddress> turns;
  private final Set<InetAddress> suspects = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean all = new AtomicBoolean();

  /** Swapped whole. */
  private volatile Set<InetAddress> wanted = Set.of();

  /** Before then there is no other look. */
  private volatile long notBefore;

  private final Set<InetAddress> there = new HashSet<>();

  /** Those that were there, with the reason why they are not. */
  private final Map<InetAddress, String> gone = new HashMap<>();

  private final Set<InetAddress> neverThere = new HashSet<>();

  /**
   * Looks at nothing yet.
   *
   * @param nanos a clock that never jumps
   * @param changed runs on the endpoint's thread when tunnels may stand otherwise than before
   */
  OuterAddresses(
      NetworkDevices devices,
      ScheduledExecutorService executor,
      LongSupplier nanos,
      Runnable changed) {
    this.devices = devices;
    this.nanos = nanos;
    this.changed = changed;
    this.alarm = new Alarm(executor, nanos, this::lookAtSuspects);
    this.turns = new Recurrences<>(nanos);
    this.notBefore = nanos.getAsLong();
  }

  /**
   * Takes note of the addresses that tunnels stand on, and looks at those that are new or gone:
   * what is asked for now must not fail by what was so a moment ago. On the endpoint's thread.
   */
  void desire(Collection<InetAddress> addresses) {
    Set<InetAddress> now = Set.copyOf(addresses);
    wanted = now;
    there.retainAll(now);
    gone.keySet().retainAll(now);
    neverThere.retainAll(now);
    Set<InetAddress> unsure = new HashSet<>(now);
    unsure.removeAll(there);
    unsure.removeAll(neverThere);
    look(unsure);
  }

  /** Says why an address is gone; empty if it is not. On the endpoint's thread. */
  Optional<String> obstacle(InetAddress address) {
    return Optional.ofNullable(gone.get(address));
  }

  /** Takes note that an address came or went; any thread may call. */
  void suspect(InetAddress address) {
    if (wanted.contains(address)) {
      suspects.add(address);
      plan(MOMENT);
    }
  }

  /** Takes note that it may be any of them; any thread may call. */
  void suspectAll() {
    if (!wanted.isEmpty()) {
      all.set(true);
      plan(MOMENT);
    }
  }

  private void plan(long delay) {
    alarm.in(Math.max(delay, notBefore - nanos.getAsLong()));
  }

  private void lookAtSuspects() {
    if (all.getAndSet(false)) {
      suspects.addAll(wanted);
    }
    suspects.retainAll(wanted);
    Set<InetAddress> waiting = new HashSet<>(suspects);
    Set<InetAddress> due = turns.due(waiting);
    // What is told from here on may not be seen by this look.
    suspects.removeAll(due);
    waiting.removeAll(due);
    if (lookInTurn(due)) {
      changed.run();
    }
    if (!waiting.isEmpty()) {
      plan(Math.max(MOMENT, turns.wait(waiting)));
    }
  }

  /**
   * Looks at all of them, for not all is told; on the endpoint's thread.
   *
   * @return whether any stands otherwise than before
   */
  boolean lookAtAll() {
    boolean turned = lookInTurn(wanted);
    turns.settle(wanted);
    return turned;
  }

  private boolean lookInTurn(Set<InetAddress> some) {
    long begin = nanos.getAsLong();
    Set<InetAddress> turned = look(some);
    long end = nanos.getAsLong();
    notBefore = end + SHARE * (end - begin);
    turned.forEach(turns::note);
    return !turned.isEmpty();
  }

  /** Looks at addresses and returns those that stand otherwise than before. */
  private Set<InetAddress> look(Set<InetAddress> some) {
    if (some.isEmpty()) {
      return Set.of();
    }
    Map<InetAddress, String> missing;
    try {
      missing = devices.missing(some);
    } catch (IOException | RuntimeException e) {
      // What was seen last holds: nothing says that it is otherwise.
      LOG.debug("Outer addresses cannot be looked at: {}", RunningDatapath.reason(e));
      return Set.of();
    }
    Set<InetAddress> turned = new HashSet<>();
    for (InetAddress address : some) {
      if (isOtherwise(address, Optional.ofNullable(missing.get(address)))) {
        turned.add(address);
      }
    }
    return turned;
  }

  /** Takes note of how an address stands, and tells whether it stood otherwise before. */
  private boolean isOtherwise(InetAddress address, Optional<String> reason) {
    if (reason.isEmpty()) {
      gone.remove(address);
      neverThere.remove(address);
      return there.add(address);
    }
    if (there.remove(address) || gone.containsKey(address)) {
      return !reason.get().equals(gone.put(address, reason.get()));
    }
    neverThere.add(address);
    return false;
  }
}
