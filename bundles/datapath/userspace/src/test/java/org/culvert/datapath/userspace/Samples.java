package org.culvert.datapath.userspace;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.Packets;

/** Tunnels of a tunnel server at 192.0.2.1, and the batches that come to them. */
final class Samples {
  static final WireFormat UDP = new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.Udp());
  static final WireFormat PROTOCOL_41 =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.IpProtocol(41));
  static final WireFormat PROTOCOL_4 =
      new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new Carrier.IpProtocol(4));
  static final InetSocketAddress SERVER = outer("192.0.2.1", 3653);
  static final InetSocketAddress CLIENT = outer("198.51.100.7", 40_000);
  static final String SERVER_INNER = "2001:db8::1";
  static final String CLIENT_INNER = "2001:db8::7";
  static final String CLIENT_PREFIX = "2001:db8:700::/48";

  static final InetSocketAddress SERVER_4 = outer("2001:db8:a::1", 0);
  static final InetSocketAddress CLIENT_4 = outer("2001:db8:b::7", 0);
  static final String SERVER_INNER_4 = "203.0.113.1";
  static final String CLIENT_INNER_4 = "203.0.113.7";
  static final String CLIENT_PREFIX_4 = "10.7.0.0/16";

  private Samples() {}

  static InetSocketAddress outer(String address, int port) {
    return new InetSocketAddress(IpAddresses.parse(address), port);
  }

  static CarriedTunnel tunnel(
      String id,
      WireFormat wire,
      InetSocketAddress local,
      InetSocketAddress remote,
      String... prefixes) {
    return new CarriedTunnel(
        id,
        wire,
        new OuterEndpoints(local, remote),
        IpAddresses.parse(SERVER_INNER),
        Arrays.stream(prefixes).map(IpPrefix::parse).toList(),
        List.of(),
        1280);
  }

  /** The IPv4 tunnel of one client with an address and a prefix. */
  static CarriedTunnel clientTunnel4() {
    return tunnel4("four", CLIENT_4, List.of(), CLIENT_INNER_4 + "/32", CLIENT_PREFIX_4);
  }

  static CarriedTunnel tunnel4(
      String id, InetSocketAddress remote, List<IpPrefix> local, String... prefixes) {
    return new CarriedTunnel(
        id,
        PROTOCOL_4,
        new OuterEndpoints(SERVER_4, remote),
        IpAddresses.parse(SERVER_INNER_4),
        Arrays.stream(prefixes).map(IpPrefix::parse).toList(),
        local,
        1280);
  }

  /** The tunnel of one client with an address and a prefix. */
  static CarriedTunnel clientTunnel() {
    return tunnel("seven", UDP, SERVER, CLIENT, CLIENT_INNER + "/128", CLIENT_PREFIX);
  }

  /** The same tunnel as a link of its own, as OSPF and RIPng need it. */
  static CarriedTunnel ownLink(CarriedTunnel tunnel) {
    return new CarriedTunnel(
        tunnel.id(),
        tunnel.wire(),
        tunnel.outer(),
        tunnel.localAddress(),
        tunnel.remotePrefixes(),
        tunnel.localPrefixes(),
        tunnel.mtu(),
        true);
  }

  /** A multicast packet as OSPF sends it: one link, hop limit 1. */
  static byte[] hello(String source) {
    byte[] packet =
        Packets.packet(IpAddresses.parse(source), IpAddresses.parse("ff02::5"), 89, new byte[36]);
    packet[Ipv6.HOP_LIMIT] = 1;
    return packet;
  }

  static PacketBatch batch(InetSocketAddress peer, byte[]... packets) {
    PacketBatch batch = new PacketBatch(Math.max(1, packets.length), 2048);
    for (int i = 0; i < packets.length; i++) {
      batch.memory().put(batch.slot(i), packets[i]);
      batch.packet(i, batch.slot(i), packets[i].length);
      batch.peer(
          i,
          PacketBatch.high(peer.getAddress()),
          PacketBatch.low(peer.getAddress()),
          peer.getPort());
    }
    batch.size(packets.length);
    return batch;
  }

  static byte[] packet(PacketBatch batch, int i) {
    byte[] packet = new byte[batch.length(i)];
    batch.memory().get(batch.offset(i), packet);
    return packet;
  }

  /** Waits until so many packets have come. */
  static List<byte[]> drain(OuterSocket socket, int count) throws IOException {
    PacketBatch batch = new PacketBatch(64, 2048);
    List<byte[]> packets = new ArrayList<>();
    while (packets.size() < count && socket.receive(batch)) {
      for (int i = 0; i < batch.size(); i++) {
        packets.add(packet(batch, i));
      }
    }
    return packets;
  }

  /** A port around a socket that a test looks at; nothing reads it. */
  static OuterPort port(OuterSocket socket) throws Exception {
    Device device = new Device(new InMemoryNetworkDevices(), "unused", 1280);
    OuterPort.Key key = new OuterPort.Key(UDP, SERVER);
    return new OuterPort(
        key, socket, device, new PacketBatch(1, 64), new SentPackets(System::nanoTime));
  }

  /** Takes all packets and makes nothing of them but numbers. */
  static final class CountingSocket implements OuterSocket {
    int calls;
    int packets;
    long lastPeer;
    boolean lastWhole;

    /** Whether each packet may not be cut. */
    final List<Boolean> whole = new ArrayList<>();

    final List<byte[]> sent = new ArrayList<>();
    boolean keeping;

    @Override
    public boolean receive(PacketBatch batch) {
      return false;
    }

    @Override
    public int send(PacketBatch batch, int from, int to) {
      calls++;
      for (int i = from; i < to; i++) {
        if (batch.length(i) > 0) {
          packets++;
          lastPeer = batch.peerLow(i);
          lastWhole = batch.isWhole(i);
          if (keeping) {
            whole.add(lastWhole);
            sent.add(packet(batch, i));
          }
        }
      }
      return 0;
    }

    @Override
    public void close() {}
  }
}
