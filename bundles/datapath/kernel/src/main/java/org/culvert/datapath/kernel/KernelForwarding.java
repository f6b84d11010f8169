package org.culvert.datapath.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.IpPrefix;
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
 * <p>Counters are read all at once, and not more often than anybody could see. Reading them is also
 * how it is noticed that another program has flushed the filters of this host: they are put back.
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

  /** What could not be put back after a disturbance, by device with the cause. */
  private final Map<String, String> lost = new HashMap<>();

  private long readAt;
  private boolean stale = true;
  private boolean disturbed;

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
    Set<IpPrefix> prefixes = new HashSet<>();
    Set<List<Object>> ends = new HashSet<>();
    for (CarriedTunnel tunnel : tunnels) {
      InetSocketAddress local = tunnel.outer().local();
      if (!ends.add(List.of(tunnel.wire(), local, tunnel.outer().remote()))) {
        failures.put(tunnel.id(), "another tunnel has the same outer addresses");
      } else if (!tunnel.isOfOneVersion()) {
        failures.put(tunnel.id(), "its inner addresses are not those of its type");
      } else if (tunnel.remotePrefixes().stream().anyMatch(prefixes::contains)) {
        failures.put(tunnel.id(), "another tunnel has the same inner prefix");
      } else {
        prefixes.addAll(tunnel.remotePrefixes());
        wanted.put(tunnel.id(), device(tunnel));
      }
    }
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
    stale = true;
    return failures;
  }

  private TunnelDevice device(CarriedTunnel tunnel) {
    return new TunnelDevice(
        device(tunnel.id()),
        tunnel.id(),
        tunnel.wire(),
        tunnel.outer(),
        tunnel.localAddress(),
        tunnel.remotePrefixes(),
        tunnel.localPrefixes(),
        tunnel.mtu(),
        tunnel.ownLink());
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
        reason = "its device " + device.name() + " was removed or set down";
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
        : latest().devices().getOrDefault(device.name(), TunnelCounters.ZERO);
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
      readAt = now;
      stale = false;
      try {
        counters = group.counters();
        disturbed = false;
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
    List<TunnelDevice> standing =
        carried.values().stream().filter(device -> !lost.containsKey(device.name())).toList();
    Map<String, String> failures = group.apply(standing);
    if (!disturbed) {
      LOG.warn(
          "{}; {}",
          cause.getMessage(),
          failures.isEmpty() ? "it was put back" : "it could not be put back: " + failures);
    }
    lost.putAll(failures);
    disturbed = true;
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
