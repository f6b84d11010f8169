package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Packets between one TUN device and as many outer sockets as its tunnels have local addresses.
 *
 * <p>One thread reads the device, one each socket. They look tunnels up in tables that {@link
 * #apply} swaps whole, so that no packet waits for a change and none of a tunnel that stays is
 * lost.
 */
final class UserspaceForwarding implements Forwarding {
  private static final Logger LOG = LoggerFactory.getLogger(UserspaceForwarding.class);
  private static final int BURST = 64;

  /** What the device's thread needs, swapped whole. */
  private record Snapshot(Map<String, Tunnel> tunnels, Routes routes) {
    static final Snapshot EMPTY = new Snapshot(Map.of(), Routes.NONE);
  }

  private final OuterSockets sockets;
  private final Device device;
  private final int slot;
  private final Tally unrouted = new Tally();

  /** Reads the device; guarded by this object's lock, as all changes are. */
  private Thread reader;

  /** Ports in use; guarded like the reader. */
  private final Map<OuterPort.Key, OuterPort> ports = new HashMap<>();

  /** What ports counted that are closed now; guarded like the reader. */
  private final Map<DropReason, Long> ofClosedPorts = new EnumMap<>(DropReason.class);

  private volatile Snapshot snapshot = Snapshot.EMPTY;

  /** Takes over the device. */
  UserspaceForwarding(Device device, int mtu, OuterSockets sockets) {
    this.sockets = sockets;
    this.device = device;
    // Room for an outer header that a raw socket delivers, and for what is larger than it should
    // be.
    this.slot = Math.max(2048, Integer.highestOneBit(mtu + 128) << 1);
    this.reader = reader();
  }

  private Thread reader() {
    Thread thread = new Thread(this::read, "culvert-device-" + device.name());
    thread.setDaemon(true);
    return thread;
  }

  synchronized void start() {
    reader.start();
  }

  @Override
  public synchronized Map<String, String> apply(Collection<CarriedTunnel> desired) {
    Map<String, String> failures = new LinkedHashMap<>();
    if (device.failure().isPresent()) {
      try {
        reopen();
      } catch (IOException e) {
        desired.forEach(tunnel -> failures.put(tunnel.id(), String.valueOf(e.getMessage())));
        return failures;
      }
    }
    Map<String, Tunnel> tunnels = new LinkedHashMap<>();
    Map<OuterPort, List<Tunnel>> byPort = new HashMap<>();
    Set<IpPrefix> prefixes = new HashSet<>();
    Set<List<Object>> ends = new HashSet<>();
    for (CarriedTunnel carried : desired) {
      OuterPort.Key key = new OuterPort.Key(carried.wire(), carried.outer().local());
      InetSocketAddress remote = carried.outer().remote();
      if (!ends.add(List.of(key, remote))) {
        failures.put(carried.id(), "another tunnel has the same outer addresses");
      } else if (!carried.isOfOneVersion()) {
        // An IPv4 packet must never be looked up among IPv6 prefixes, nor the reverse.
        failures.put(carried.id(), "its inner addresses are not those of its type");
      } else if (carried.remotePrefixes().stream().anyMatch(prefixes::contains)) {
        failures.put(carried.id(), "another tunnel has the same inner prefix");
      } else {
        prefixes.addAll(carried.remotePrefixes());
        try {
          Tunnel tunnel = tunnel(carried, port(key));
          tunnels.put(carried.id(), tunnel);
          byPort.computeIfAbsent(tunnel.port, port -> new ArrayList<>()).add(tunnel);
        } catch (IOException e) {
          failures.put(carried.id(), String.valueOf(e.getMessage()));
        }
      }
    }
    // Outward first, so that nothing goes to an old place once the new tables stand.
    snapshot = new Snapshot(tunnels, Routes.of(tunnels.values()));
    OwnAddresses own =
        OwnAddresses.of(
            byPort.keySet().stream().map(port -> port.key().local().getAddress()).toList());
    byPort.forEach((port, carried) -> port.tunnels(carried, own));
    closeAllBut(byPort.keySet());
    return failures;
  }

  private void reopen() throws IOException {
    Threads.join(reader);
    device.reopen();
    reader = reader();
    reader.start();
    LOG.info("Device {} was made anew", device.name());
  }

  private Tunnel tunnel(CarriedTunnel carried, OuterPort port) {
    Tunnel earlier = snapshot.tunnels().get(carried.id());
    if (earlier == null) {
      return new Tunnel(carried, port);
    }
    boolean same = earlier.port == port && earlier.carried.equals(carried);
    return same ? earlier : new Tunnel(carried, port, earlier);
  }

  private OuterPort port(OuterPort.Key key) throws IOException {
    OuterPort open = ports.get(key);
    if (open != null) {
      return open;
    }
    PacketBatch batch = new PacketBatch(BURST, slot);
    OuterPort port = new OuterPort(key, sockets.open(key.wire(), key.local()), device, batch);
    ports.put(key, port);
    port.start();
    return port;
  }

  private void closeAllBut(Set<OuterPort> used) {
    ports
        .values()
        .removeIf(
            port -> {
              if (used.contains(port)) {
                return false;
              }
              port.close();
              port.strangers().collect(ofClosedPorts);
              return true;
            });
  }

  private void read() {
    PacketBatch batch = new PacketBatch(BURST, slot);
    Outbound outbound = new Outbound(BURST, slot, unrouted, System::nanoTime);
    TunDevice tun = device.tun();
    try {
      while (tun.receive(batch)) {
        device.send(outbound.forward(batch, snapshot.routes()));
      }
    } catch (IOException e) {
      device.failed("device " + device.name() + " can no longer be read: " + e.getMessage());
      LOG.warn("Device {} can no longer be read: {}", device.name(), e.getMessage());
    } catch (RuntimeException e) {
      device.failed("device " + device.name() + " can no longer be read: " + e);
      LOG.warn("Device {} can no longer be read", device.name(), e);
    }
  }

  @Override
  public String device(String id) {
    return device.name();
  }

  @Override
  public Optional<String> failure(String id) {
    return device.failure();
  }

  @Override
  public TunnelCounters counters(String id) {
    Tunnel tunnel = snapshot.tunnels().get(id);
    return tunnel == null ? TunnelCounters.ZERO : tunnel.counters();
  }

  @Override
  public synchronized Map<DropReason, Long> drops() {
    Map<DropReason, Long> drops = Tally.sum(unrouted, device.lost());
    ofClosedPorts.forEach((reason, count) -> drops.merge(reason, count, Long::sum));
    ports.values().forEach(port -> port.strangers().collect(drops));
    return drops;
  }

  @Override
  public void inject(String id, ByteBuffer packet) {
    Tunnel tunnel = snapshot.tunnels().get(id);
    if (tunnel == null || packet.remaining() > tunnel.mtu) {
      return;
    }
    int length = packet.remaining();
    PacketBatch single = new PacketBatch(1, length);
    single.memory().put(0, packet, packet.position(), length);
    single.packet(0, 0, length);
    single.peer(0, tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort);
    single.size(1);
    tunnel.port.send(single, 0, 1);
    tunnel.countInjected(length);
  }

  @Override
  public synchronized void close() {
    snapshot = Snapshot.EMPTY;
    closeAllBut(Set.of());
    device.close();
    Threads.join(reader);
  }
}
