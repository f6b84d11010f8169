package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.OuterSockets;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SendRefusal;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;

/** What the operating system refuses to send counts at the tunnel that lost it, with its reason. */
class RefusedSendsTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final OuterSockets sockets = network.host("192.0.2.1", "2001:db8:a::1");
  private final Tally unrouted = new Tally();
  private final Outbound outbound = new Outbound(64, 2048, TrafficClass.ALL, unrouted, () -> 0);

  @Test
  void countsAtTheTunnelThatLostThePackets() throws Exception {
    OuterPort port = Samples.port(sockets.open(Samples.UDP, Samples.SERVER));
    Tunnel lost = new Tunnel(Samples.clientTunnel(), port);
    Tunnel other =
        new Tunnel(
            Samples.tunnel(
                "nine",
                Samples.UDP,
                Samples.SERVER,
                Samples.outer("198.51.100.9", 40_000),
                "2001:db8:900::/48"),
            port);
    Routes routes = Routes.of(List.of(lost, other));
    network.refuse("198.51.100.7", SendRefusal.PROHIBITED);
    PacketBatch batch = burst();

    outbound.forward(batch, routes);

    assertThat(lost.counters())
        .isEqualTo(new TunnelCounters(0, 0, 0, 0, Map.of(DropReason.OUTER_REFUSED, 2L)));
    assertThat(lost.refusal()).isEqualTo(SendRefusal.PROHIBITED);
    assertThat(other.counters()).isEqualTo(new TunnelCounters(0, 0, 1, 300, Map.of()));
    assertThat(other.refusal()).isEqualTo(SendRefusal.NONE);
    assertThat(Tally.sum(unrouted)).isEmpty();

    network.refuse("198.51.100.7", SendRefusal.NONE);
    outbound.forward(burst(), routes);

    assertThat(lost.counters())
        .isEqualTo(new TunnelCounters(0, 0, 2, 300, Map.of(DropReason.OUTER_REFUSED, 2L)));
  }

  private static PacketBatch burst() {
    return Samples.batch(
        Samples.SERVER,
        Packets.udp(HOST, Samples.CLIENT_INNER, 100),
        Packets.udp(HOST, "2001:db8:900::1", 300),
        Packets.udp(HOST, Samples.CLIENT_INNER, 200));
  }

  @Test
  void countsPiecesOfAPacketToo() throws Exception {
    OuterPort port = Samples.port(sockets.open(Samples.PROTOCOL_4, Samples.SERVER_4));
    Tunnel lost = new Tunnel(Samples.clientTunnel4(), port);
    network.refuse("2001:db8:b::7", SendRefusal.FILTERED);

    outbound.forward(
        Samples.batch(Samples.SERVER_4, Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 1400)),
        Routes.of(List.of(lost)));

    assertThat(lost.counters())
        .isEqualTo(new TunnelCounters(0, 0, 0, 0, Map.of(DropReason.OUTER_REFUSED, 2L)));
    assertThat(lost.refusal()).isEqualTo(SendRefusal.FILTERED);
    assertThat(Tally.sum(unrouted)).isEmpty();
  }

  @Test
  void wantOfRoomIsCongestionAndNoTunnels() throws Exception {
    Tunnel tunnel = new Tunnel(Samples.clientTunnel(), Samples.port(new FullSocket()));

    outbound.forward(burst(), Routes.of(List.of(tunnel)));

    assertThat(tunnel.counters().drops()).isEmpty();
    assertThat(Tally.sum(unrouted))
        .isEqualTo(Map.of(DropReason.CONGESTION, 2L, DropReason.NO_ROUTE, 1L));
  }

  @Test
  void countsWhatIsInjectedAndProbed() throws Exception {
    try (Forwarding forwarding =
        new UserspaceDatapath(new InMemoryNetworkDevices(), sockets).start("culvert0", 1280)) {
      forwarding.apply(List.of(Samples.clientTunnel()));
      ByteBuffer packet =
          ByteBuffer.wrap(Packets.echoRequest(Samples.SERVER_INNER, Samples.CLIENT_INNER, 1));
      network.refuse("198.51.100.7", SendRefusal.NO_ROUTE);

      forwarding.inject("seven", packet.duplicate());
      assertThat(forwarding.probe("seven", packet.duplicate())).isFalse();

      assertThat(forwarding.counters("seven"))
          .isEqualTo(new TunnelCounters(0, 0, 0, 0, Map.of(DropReason.OUTER_REFUSED, 2L)));
      assertThat(forwarding.refusal("seven")).isEqualTo(SendRefusal.NO_ROUTE);
      assertThat(forwarding.refusal("unknown")).isEqualTo(SendRefusal.NONE);
    }
  }

  /** Has room for nothing. */
  private static final class FullSocket implements OuterSocket {
    @Override
    public boolean receive(PacketBatch batch) {
      return false;
    }

    @Override
    public int send(PacketBatch batch, int from, int to) {
      int packets = 0;
      for (int i = from; i < to; i++) {
        packets += batch.length(i) > 0 ? 1 : 0;
      }
      return packets;
    }

    @Override
    public void close() {}
  }
}
