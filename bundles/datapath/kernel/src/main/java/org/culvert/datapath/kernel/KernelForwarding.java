package org.culvert.datapath.kernel;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

  /** What could not be put back after a disturbance, by device with the cause; swapped whole. */
  private volatile Map<String, String> refused = Map.of();

  // Guarded by this object's lock, as are all changes.
  private TunnelDeviceCounters counters = NOTHING;
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
  public synchronized Map<String, String> apply(Collection<CarriedTunnel> tunnels) {
    Map<String, String> failures = new LinkedHashMap<>();
    Map<String, TunnelDevice> wanted = new LinkedHashMap<>();
    Set<IpPrefix> prefixes = new HashSet<>();
    Set<List<Object>> ends = new HashSet<>();
    for (CarriedTunnel tunnel : tunnels) {
      InetSocketAddress local = tunnel.outer().local();
      if (!ends.add(List.of(tunnel.wire(), local, tunnel.outer().remote()))) {
        failures.put(tunnel.id(), "another tunnel has the same outer addresses");
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
    refused = Map.of();
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
        tunnel.mtu());
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
    boolean there = read().devices().containsKey(device.name());
    String reason = refused.get(device.name());
    if (reason == null && !there) {
      reason = "its device " + device.name() + " was removed or set down";
    }
    return Optional.ofNullable(reason);
  }

  @Override
  public TunnelCounters counters(String id) {
    TunnelDevice device = carried.get(id);
    return device == null
        ? TunnelCounters.ZERO
        : read().devices().getOrDefault(device.name(), TunnelCounters.ZERO);
  }

  @Override
  public Map<DropReason, Long> drops() {
    return carried.isEmpty() ? Map.of() : read().strangers();
  }

  private synchronized TunnelDeviceCounters read() {
    long now = nanos.getAsLong();
    if (stale || now - readAt >= FRESH) {
      readAt = now;
      stale = false;
      try {
        counters = group.counters();
        refused = Map.of();
        disturbed = false;
      } catch (IOException e) {
        restore(e);
      }
    }
    return counters;
  }

  /** A device without its filter lets everything in: it gets its filter back, or goes. */
  private void restore(IOException cause) {
    Map<String, String> failures = group.apply(carried.values());
    if (!disturbed) {
      LOG.warn(
          "{}; {}",
          cause.getMessage(),
          failures.isEmpty() ? "it was put back" : "it could not be put back: " + failures);
    }
    refused = Map.copyOf(failures);
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
  public synchronized void close() {
    carried = Map.of();
    try {
      group.close();
    } catch (IOException e) {
      LOG.warn("The tunnel devices of {} cannot be removed: {}", owner, e.getMessage());
    } finally {
      released.run();
    }
  }
}
