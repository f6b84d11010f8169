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
import org.culvert.api.datapath.PathListener;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.NetworkDevices;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
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

  /**
   * What was merged on its way to a raw socket is as long as an IP packet can be. The odd rest
   * keeps the beginnings of slots from competing for the same lines of the processor's cache.
   */
  private static final int MERGED_SLOT = 65_536 + 33 * 64;

  private static final int MERGED_BURST = 32;

  /** Java lets all memory off the heap grow as large as the heap; devices get a quarter. */
  private static final int SHARE_OF_OWN_LINKS = 4;

  private final OuterSockets sockets;
  private final SentPackets sent = new SentPackets(System::nanoTime);
  private final Device device;
  private final int slot;
  private final InnerLink shared;

  /** Guarded by this object's lock, as all changes are. */
  private final OwnLinks own;

  /** Guarded like the links. */
  private final ReportPorts reports;

  /** Ports in use; guarded like the links. */
  private final Map<OuterPort.Key, OuterPort> ports = new HashMap<>();

  /** What ports and links counted that are closed now; guarded like the links. */
  private final Map<DropReason, Long> ofClosed = new EnumMap<>(DropReason.class);

  /** The tunnels by id, swapped whole. */
  private volatile Map<String, Tunnel> carrying = Map.of();

  /** Who is told of reports about paths. */
  private volatile PathListener paths = PathListener.NONE;

  /**
   * Makes the shared device and begins to read it.
   *
   * @param ownLinks the largest number of tunnels with a device of their own
   * @param copied which bits of the traffic class outer headers get
   */
  UserspaceForwarding(
      NetworkDevices devices, String name, int mtu, OuterSockets sockets, int ownLinks, int copied)
      throws IOException {
    this.sockets = sockets;
    this.reports = new ReportPorts(sockets);
    this.device = new Device(devices, name, mtu);
    // Room for an outer header that a raw socket delivers, and for what is larger than it should
    // be.
    this.slot = Math.max(2048, Integer.highestOneBit(mtu + 128) << 1);
    long memory = Runtime.getRuntime().maxMemory() / SHARE_OF_OWN_LINKS;
    this.own = new OwnLinks(devices, name, ownLinks, slot, copied, memory);
    this.shared = new InnerLink(device, BURST, slot, copied).start();
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
        } catch (IOException | RuntimeException e) {
          // Whatever is wrong with one tunnel's outer address is no other tunnel's failure.
          failures.put(carried.id(), String.valueOf(e.getMessage()));
        }
      }
    }
    // Outward first, so that nothing goes to an old place once the new tables stand.
    carrying = tunnels;
    shared.routes(Routes.of(tunnels.values()));
    own.routes(tunnels);
    OwnAddresses outer = Routes.own(tunnels.values());
    byPort.forEach((port, carried) -> port.tunnels(carried, outer));
    reports.apply(byPort.keySet(), paths);
    closeAllBut(byPort.keySet());
    return failures;
  }

  private Device device(CarriedTunnel carried) throws IOException {
    int mtu = Math.max(Tunnel.CARRIED_BY_ALL, carried.mtu());
    return carried.ownLink() ? own.of(carried.id(), mtu).device() : device;
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
      open.restore();
      return open;
    }
    OuterPort port = open(key);
    ports.put(key, port);
    port.start();
    return port;
  }

  private OuterPort open(OuterPort.Key key) throws IOException {
    OuterSocket socket = sockets.open(key.wire(), key.local());
    try {
      PacketBatch batch =
          key.wire().inUdp()
              ? new PacketBatch(BURST, slot)
              : new PacketBatch(MERGED_BURST, MERGED_SLOT);
      return new OuterPort(key, socket, device, batch, sent);
    } catch (OutOfMemoryError e) {
      socket.close();
      throw new IOException(
          "there is no memory for its outer socket (" + e.getMessage() + "); raise the Java heap",
          e);
    }
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
    Tunnel tunnel = carrying.get(id);
    return inner(id).failure().or(() -> tunnel == null ? Optional.empty() : tunnel.port.failure());
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
  public SendRefusal refusal(String id) {
    Tunnel tunnel = carrying.get(id);
    return tunnel == null ? SendRefusal.NONE : tunnel.refusal();
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
    if (tunnel != null && packet.remaining() <= tunnel.mtu()) {
      tunnel.port.send(tunnel, packet, packet.remaining() > tunnel.carriedAlways);
    }
  }

  @Override
  public boolean probe(String id, ByteBuffer packet) {
    Tunnel tunnel = carrying.get(id);
    return tunnel != null && tunnel.port.send(tunnel, packet, true);
  }

  @Override
  public void mtu(String id, int mtu) {
    Tunnel tunnel = carrying.get(id);
    if (tunnel != null) {
      tunnel.mtu(mtu);
    }
  }

  @Override
  public void listen(PathListener listener) {
    paths = listener;
  }

  @Override
  public synchronized void close() {
    carrying = Map.of();
    reports.close();
    closeAllBut(Set.of());
    own.closeAllBut(Set.of());
    shared.close();
  }
}
