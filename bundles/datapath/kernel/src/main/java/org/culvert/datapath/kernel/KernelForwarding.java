package org.culvert.datapath.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.netdev.TunnelDeviceCounters;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One endpoint's tunnels as devices of the kernel's.
 *
 * <p>Counters are read all at once, and not more often than anybody could see. When another program
 * has flushed the filters of this host, they are put back: at once where the kernel tells of it,
 * else when the counters are read.
 */
final class KernelForwarding implements Forwarding {
  private static final Logger LOG = LoggerFactory.getLogger(KernelForwarding.class);
  private static final long FRESH = Duration.ofMillis(500).toNanos();
  private static final TunnelDeviceCounters NOTHING = new TunnelDeviceCounters(Map.of(), Map.of());

  private final String owner;
  private final TunnelDeviceGroup group;
  private final LongSupplier nanos;
  private final Runnable released;

  /** The carried tunnels by id; swapped whole. */
  private volatile Map<String, TunnelDevice> carried = Map.of();

  /** What was counted last. */
  private volatile TunnelDeviceCounters counters = NOTHING;

  /** Guards all changes, and what follows. */
  private final ReentrantLock lock = new ReentrantLock();

  /** What was found that tunnels carry. */
  private final FoundMtus found = new FoundMtus();

  /** The tunnels as they were last to be carried, by id. */
  private final Map<String, CarriedTunnel> desired = new HashMap<>();

  /** What devices do not count. */
  private final ProbeCounters probes = new ProbeCounters();

  /** What could not be put back after a disturbance, by device with the cause. */
  private final Map<String, String> lost = new HashMap<>();

  /** Whether MTUs were found that devices do not have yet. */
  private boolean raised;

  private final Disturbances disturbances = new Disturbances();
  private long readAt;
  private boolean stale = true;

  /**
   * Takes over a group.
   *
   * @param nanos a clock that never jumps
   * @param released called when the group is closed
   */
  KernelForwarding(String owner, TunnelDeviceGroup group, LongSupplier nanos, Runnable released) {
    this.owner = owner;
    this.group = group;
    this.nanos = nanos;
    this.released = released;
  }

  /** Is told by the group's thread that another program has changed the filter. */
  void disturbed() {
    lock.lock();
    try {
      if (!carried.isEmpty() && disturbances.isAnsweredAtOnce()) {
        stale = true;
        read();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Map<String, String> apply(Collection<CarriedTunnel> tunnels) {
    lock.lock();
    try {
      return carry(tunnels);
    } finally {
      lock.unlock();
    }
  }

  private Map<String, String> carry(Collection<CarriedTunnel> tunnels) {
    Map<String, String> failures = new LinkedHashMap<>();
    Map<String, TunnelDevice> wanted = new LinkedHashMap<>();
    Clashes clashes = new Clashes();
    for (CarriedTunnel tunnel : tunnels) {
      clashes
          .with(tunnel)
          .ifPresentOrElse(
              reason -> failures.put(tunnel.id(), reason),
              () -> wanted.put(tunnel.id(), device(tunnel)));
    }
    desired.clear();
    tunnels.forEach(tunnel -> desired.put(tunnel.id(), tunnel));
    probes.keepOnly(desired.keySet());
    found.keepOnly(desired);
    Map<String, String> causes = group.apply(wanted.values());
    wanted.values().removeIf(device -> causes.containsKey(device.name()));
    for (CarriedTunnel tunnel : tunnels) {
      String reason = causes.get(device(tunnel.id()));
      if (reason != null) {
        failures.putIfAbsent(tunnel.id(), reason);
      }
    }
    carried = Map.copyOf(wanted);
    lost.clear();
    raised = false;
    stale = true;
    return failures;
  }

  private TunnelDevice device(CarriedTunnel tunnel) {
    return found.device(device(tunnel.id()), tunnel);
  }

  /**
   * The device's MTU and the filter's rules change; nothing else does, and no packet is lost. A
   * smaller one is set at once, larger ones of many tunnels together: each change looks at all.
   */
  @Override
  public void mtu(String id, int mtu) {
    lock.lock();
    try {
      CarriedTunnel tunnel = desired.get(id);
      if (tunnel == null || !carried.containsKey(id) || found.of(tunnel) == mtu) {
        return;
      }
      boolean smaller = mtu < found.of(tunnel);
      found.put(tunnel, mtu);
      raised = true;
      if (smaller) {
        setMtus();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Returns what the device has: a larger one that was found waits for others. */
  @Override
  public Optional<Integer> mtu(String id) {
    return Optional.ofNullable(carried.get(id)).map(TunnelDevice::mtu);
  }

  private void setMtus() {
    raised = false;
    Map<String, TunnelDevice> changed = new LinkedHashMap<>(carried);
    desired.forEach((id, tunnel) -> changed.computeIfPresent(id, (same, was) -> device(tunnel)));
    carried = Map.copyOf(changed);
    lost.putAll(group.apply(standing()));
    stale = true;
  }

  private List<TunnelDevice> standing() {
    return carried.values().stream().filter(device -> !lost.containsKey(device.name())).toList();
  }

  @Override
  public String device(String id) {
    return DeviceNames.of(owner, id);
  }

  @Override
  public Optional<String> failure(String id) {
    TunnelDevice device = carried.get(id);
    if (device == null) {
      return Optional.empty();
    }
    lock.lock();
    try {
      boolean there = read().devices().containsKey(device.name());
      String reason = lost.get(device.name());
      if (reason == null && !there) {
        reason = "its device " + device.name() + " was removed, set down or changed";
      }
      return Optional.ofNullable(reason);
    } finally {
      lock.unlock();
    }
  }

  @Override
  public TunnelCounters counters(String id) {
    TunnelDevice device = carried.get(id);
    return device == null
        ? TunnelCounters.ZERO
        : probes.with(id, latest().devices().getOrDefault(device.name(), TunnelCounters.ZERO));
  }

  @Override
  public Map<DropReason, Long> drops() {
    return carried.isEmpty() ? Map.of() : latest().strangers();
  }

  /** Who only looks on does not wait for a change: what was counted last will do. */
  private TunnelDeviceCounters latest() {
    if (!lock.tryLock()) {
      return counters;
    }
    try {
      return read();
    } finally {
      lock.unlock();
    }
  }

  private TunnelDeviceCounters read() {
    long now = nanos.getAsLong();
    if (stale || now - readAt >= FRESH) {
      if (raised && now - readAt >= FRESH) {
        setMtus();
      }
      readAt = now;
      stale = false;
      try {
        counters = group.counters();
        disturbances.over();
      } catch (IOException e) {
        restore(e);
      }
    }
    return counters;
  }

  /**
   * A device without its filter lets everything in: it gets its filter back, or goes. One that went
   * is left to the next {@link #apply}, whose caller knows that it comes back empty.
   */
  private void restore(IOException cause) {
    Map<String, String> failures = group.apply(standing());
    disturbances.tell(cause, failures);
    lost.putAll(failures);
  }

  @Override
  public void inject(String id, ByteBuffer packet) {
    TunnelDevice device = carried.get(id);
    if (device == null || packet.remaining() > device.mtu()) {
      return;
    }
    try {
      group.send(device.name(), packet);
    } catch (IOException e) {
      LOG.debug("A keepalive of tunnel {} was not sent: {}", id, e.getMessage());
    }
  }

  @Override
  public boolean probe(String id, ByteBuffer packet) {
    int octets = packet.remaining();
    TunnelDevice device = carried.get(id);
    boolean sent = device != null && group.probe(device.name(), packet);
    if (sent) {
      probes.sent(id, octets);
    }
    return sent;
  }

  @Override
  public void close() {
    lock.lock();
    try {
      carried = Map.of();
      group.close();
    } catch (IOException e) {
      LOG.warn("The tunnel devices of {} cannot be removed: {}", owner, e.getMessage());
    } finally {
      lock.unlock();
      released.run();
    }
  }
}
