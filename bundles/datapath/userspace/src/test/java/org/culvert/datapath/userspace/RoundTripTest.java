package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;

/** What goes into a tunnel at one end comes out at the other as it was, but for congestion. */
class RoundTripTest {
  private static final List<Integer> PROTOCOLS = List.of(1, 47, 58, 59, 89, 132, 255);

  @Property(tries = 1_000)
  void ofIpv6(
      @ForAll @IntRange(max = 255) int octet,
      @ForAll @IntRange(max = 3) int congestion,
      @ForAll @IntRange(max = 6) int protocol,
      @ForAll @Size(max = 1240) byte[] payload)
      throws Exception {
    InetAddress host = IpAddresses.parse("2001:db8:ffff::1");
    InetAddress client = IpAddresses.parse(Samples.CLIENT_INNER);
    byte[] packet =
        TrafficClassTest.six(Packets.packet(host, client, PROTOCOLS.get(protocol), payload), octet);
    CarriedTunnel here = Samples.clientTunnel();
    CarriedTunnel there =
        mirrored(Samples.UDP, Samples.CLIENT, Samples.SERVER, client, "::/0", "2001:db8::7/128");

    goesThrough(here, there, packet, congestion, false);
  }

  @Property(tries = 1_000)
  void ofIpv4(
      @ForAll @IntRange(max = 255) int octet,
      @ForAll @IntRange(max = 3) int congestion,
      @ForAll @IntRange(max = 6) int protocol,
      @ForAll @Size(max = 1260) byte[] payload)
      throws Exception {
    InetAddress host = IpAddresses.parse("192.0.2.99");
    InetAddress client = IpAddresses.parse(Samples.CLIENT_INNER_4);
    byte[] packet =
        TrafficClassTest.four(
            Ipv4Packets.packet(host, client, PROTOCOLS.get(protocol), payload), octet);
    CarriedTunnel here = Samples.clientTunnel4();
    CarriedTunnel there =
        mirrored(
            Samples.PROTOCOL_4,
            Samples.CLIENT_4,
            Samples.SERVER_4,
            client,
            "0.0.0.0/0",
            "203.0.113.7/32");

    goesThrough(here, there, packet, congestion, true);
  }

  private static void goesThrough(
      CarriedTunnel here, CarriedTunnel there, byte[] packet, int mark, boolean ipv4)
      throws Exception {
    Tunnel sends = new Tunnel(here, Samples.port(new Samples.CountingSocket()));
    Tunnel receives = new Tunnel(there, Samples.port(new Samples.CountingSocket()));
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(receives.peerHigh, receives.peerLow, receives.peerPort, receives);

    PacketBatch batch = Samples.batch(Samples.CLIENT, packet.clone());
    new Outbound(1, 2048, TrafficClass.ALL, new Tally(), System::nanoTime)
        .forward(batch, Routes.of(List.of(sends)));
    assertThat(batch.length(0)).isEqualTo(packet.length);
    int outer = batch.trafficClass(0);
    // Routers on the way mark what may be marked, and nothing else.
    boolean marked = mark == 3 && (outer & 3) != 0;
    batch.trafficClass(0, marked ? outer | 3 : outer);
    batch.peer(0, receives.peerHigh, receives.peerLow, receives.peerPort);
    Inbound.examine(batch, endpoints, OwnAddresses.NONE, new Tally(), new Tunnel[1]);

    byte[] expected = packet.clone();
    if (marked) {
      expected =
          ipv4
              ? TrafficClassTest.four(expected, outer | 3)
              : TrafficClassTest.six(expected, outer | 3);
    }
    assertThat(Samples.packet(batch, 0)).isEqualTo(expected);
  }

  private static CarriedTunnel mirrored(
      WireFormat wire,
      InetSocketAddress local,
      InetSocketAddress remote,
      InetAddress address,
      String from,
      String own) {
    return new CarriedTunnel(
        "mirror",
        wire,
        new OuterEndpoints(local, remote),
        address,
        List.of(IpPrefix.parse(from)),
        List.of(IpPrefix.parse(own)),
        1280);
  }
}
