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
import java.util.stream.Collectors;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;

/**
 * Packets between a TUN device that tunnels share, one of each tunnel's own that is a link of its
 * own, and as many outer sockets as the tunnels have local addresses.
 *
 * <p>One thread reads each device, one each socket. They look tunnels up in tables that {@link
 * #apply} swaps whole, so that no packet waits for a change and none of a tunnel that stays is
 * lost. All tunnels can be reached from the shared device, so that a packet which was routed there
 * before its tunnel moved is not lost either.
 */
final class UserspaceForwarding implements Forwarding {
  private static final int BURST = 64;

  private final OuterSockets sockets;
  private final Device device;
  private final int slot;
  private final InnerLink shared;

  /** Guarded by this object's lock, as all changes are. */
  private final OwnLinks own;

  /** Ports in use; guarded like the links. */
  private final Map<OuterPort.Key, OuterPort> ports = new HashMap<>();

  /** What ports and links counted that are closed now; guarded like the links. */
  private final Map<DropReason, Long> ofClosed = new EnumMap<>(DropReason.class);

  /** The tunnels by id, swapped whole. */
  private volatile Map<String, Tunnel> carrying = Map.of();

  /**
   * Makes the shared device and begins to read it.
   *
   * @param ownLinks the largest number of tunnels with a device of their own
   */
  UserspaceForwarding(
      NetworkDevices devices, String name, int mtu, OuterSockets sockets, int ownLinks)
      throws IOException {
    this.sockets = sockets;
    this.device = new Device(devices, name, mtu);
    // Room for an outer header that a raw socket delivers, and for what is larger than it should
    // be.
    this.slot = Math.max(2048, Integer.highestOneBit(mtu + 128) << 1);
    this.own = new OwnLinks(devices, name, ownLinks, BURST, slot);
    this.shared = new InnerLink(device, BURST, slot).start();
  }

  @Override
  public synchronized Map<String, String> apply(Collection<CarriedTunnel> desired) {
    Map<String, String> failures = new LinkedHashMap<>();
    try {
      shared.restore();
    } catch (IOException e) {
      desired.forEach(tunnel -> failures.put(tunnel.id(), String.valueOf(e.getMessage())));
      return failures;
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
          Tunnel tunnel = tunnel(carried, port(key), device(carried));
          tunnels.put(carried.id(), tunnel);
          byPort.computeIfAbsent(tunnel.port, port -> new ArrayList<>()).add(tunnel);
        } catch (IOException e) {
          failures.put(carried.id(), String.valueOf(e.getMessage()));
        }
      }
    }
    // Outward first, so that nothing goes to an old place once the new tables stand.
    carrying = tunnels;
    shared.routes(Routes.of(tunnels.values()));
    own.routes(tunnels);
    OwnAddresses outer =
        OwnAddresses.of(
            byPort.keySet().stream().map(port -> port.key().local().getAddress()).toList());
    byPort.forEach((port, carried) -> port.tunnels(carried, outer));
    closeAllBut(byPort.keySet());
    return failures;
  }

  private Device device(CarriedTunnel carried) throws IOException {
    return carried.ownLink() ? own.of(carried.id(), carried.mtu()).device() : device;
  }

  private Tunnel tunnel(CarriedTunnel carried, OuterPort port, Device inner) {
    Tunnel earlier = carrying.get(carried.id());
    if (earlier == null) {
      return new Tunnel(carried, port, inner);
    }
    boolean same =
        earlier.port == port && earlier.device == inner && earlier.carried.equals(carried);
    return same ? earlier : new Tunnel(carried, port, inner, earlier);
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
              port.strangers().collect(ofClosed);
              return true;
            });
  }

  /** Closes the devices of tunnels that are gone or are on the shared device now. */
  @Override
  public synchronized void release() {
    Set<String> linked =
        carrying.values().stream()
            .map(tunnel -> tunnel.carried)
            .filter(CarriedTunnel::ownLink)
            .map(CarriedTunnel::id)
            .collect(Collectors.toSet());
    for (InnerLink link : own.closeAllBut(linked)) {
      link.unrouted().collect(ofClosed);
      link.device().lost().collect(ofClosed);
    }
  }

  @Override
  public String device(String id) {
    return inner(id).name();
  }

  @Override
  public Optional<String> failure(String id) {
    return inner(id).failure();
  }

  private Device inner(String id) {
    Tunnel tunnel = carrying.get(id);
    return tunnel == null ? device : tunnel.device;
  }

  @Override
  public TunnelCounters counters(String id) {
    Tunnel tunnel = carrying.get(id);
    return tunnel == null ? TunnelCounters.ZERO : tunnel.counters();
  }

  @Override
  public synchronized Map<DropReason, Long> drops() {
    Map<DropReason, Long> drops = Tally.sum(shared.unrouted(), device.lost());
    ofClosed.forEach((reason, count) -> drops.merge(reason, count, Long::sum));
    ports.values().forEach(port -> port.strangers().collect(drops));
    for (InnerLink link : own.all()) {
      link.unrouted().collect(drops);
      link.device().lost().collect(drops);
    }
    return drops;
  }

  @Override
  public void inject(String id, ByteBuffer packet) {
    Tunnel tunnel = carrying.get(id);
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
    carrying = Map.of();
    closeAllBut(Set.of());
    own.closeAllBut(Set.of());
    shared.close();
  }
}
