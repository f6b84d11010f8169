package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.datapath.userspace.UserspaceDatapath;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of tunnels when bundles come and go. */
class HotSwapTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final String HOST = "2001:db8:ffff::1";
  private static final InetSocketAddress MAPPED = Ends.outer("198.51.100.1", 40_000);
  private static final InetSocketAddress BARE = Ends.outer("198.51.100.8", 0);
  private static final InetSocketAddress SERVER_41 = Ends.outer("192.0.2.1", 0);
  private static final TunnelParameters UDP =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, MAPPED);
  private static final TunnelParameters PROTOCOL_41 =
      Ends.atServer("eight", TunnelType.V6V4, SERVER_41, BARE, "2001:db8::8", "2001:db8:800::/48");
  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1"));

  @BeforeEach
  void openBothTunnels() {
    server.apply(UDP, PROTOCOL_41);
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  @Promise("P6")
  void suspendsTunnelsOfATypeThatGoesBeforeItIsGone() {
    server.endpoint.unbind(server.v6UdpV4);

    assertThat(server.state("seven"))
        .isEqualTo(new TunnelState.Suspended("no bundle for v6udpv4 is active"));
    assertThat(network.isBound(server.v6UdpV4.profile().wireFormat(), Ends.SERVER)).isFalse();
    assertThat(server.state("eight")).isEqualTo(UP);
    assertThat(server.tun().configuration().routes())
        .containsExactlyInAnyOrderElementsOf(PROTOCOL_41.remotePrefixes());
    assertThat(server.endpoint.profiles())
        .extracting(TunnelProfile::type)
        .containsExactlyInAnyOrder(TunnelType.V6V4, TunnelType.V4V6);
  }

  @Test
  void opensThemAgainOnTheSamePortsWhenItComesBack() throws Exception {
    server.endpoint.unbind(server.v6UdpV4);
    server.endpoint.bind(server.v6UdpV4);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.endpoint.profiles())
        .extracting(TunnelProfile::type)
        .containsExactlyInAnyOrder(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
    byte[] packet = Packets.udp(Ends.CLIENT_INNER, HOST, 100);
    network.forge(server.v6UdpV4.profile().wireFormat(), MAPPED, Ends.SERVER, packet);
    assertThat(server.tun().next()).isEqualTo(packet);
  }

  /** Promise P6. */
  @Test
  @Promise("P6")
  void tunnelsOfAnotherTypeLoseNoPacket() throws Exception {
    for (int i = 0; i < 200; i++) {
      network.forge(
          server.v6v4.profile().wireFormat(),
          BARE,
          SERVER_41,
          Packets.udp("2001:db8::8", HOST, 60 + i));
      if (i % 2 == 0) {
        server.endpoint.unbind(server.v6UdpV4);
      } else {
        server.endpoint.bind(server.v6UdpV4);
      }
    }

    for (int i = 0; i < 200; i++) {
      assertThat(server.tun().next()).hasSize(60 + i);
    }
    assertThat(server.status("eight").counters().receivedPackets()).isEqualTo(200);
  }

  @Test
  void aSecondBundleOfTheTypeTakesOver() {
    Encapsulation second = new org.culvert.encapsulation.v6udpv4.V6UdpV4Encapsulation();
    server.endpoint.bind(second);

    server.endpoint.unbind(server.v6UdpV4);

    assertThat(server.state("seven")).isEqualTo(UP);
  }

  @Test
  void suspendsEverythingAndRemovesTheDeviceWithTheDatapath() {
    server.endpoint.unbind(server.datapath);

    assertThat(server.state("seven")).isEqualTo(new TunnelState.Suspended("no datapath is active"));
    assertThat(server.hasDevice()).isFalse();
    assertThat(network.openSockets()).isZero();
    assertThat(server.endpoint.profiles()).isEmpty();
  }

  @Test
  void opensEverythingAgainWithTheDatapath() {
    server.endpoint.unbind(server.datapath);
    server.endpoint.bind(server.datapath, 0);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.state("eight")).isEqualTo(UP);
    assertThat(server.tun().configuration().routes()).hasSize(4);
  }

  @Test
  void movesToADatapathOfHigherRankingAndBack() {
    UserspaceDatapath better = new UserspaceDatapath(server.devices, network.host("192.0.2.1"));
    Object first = server.tun();

    server.endpoint.bind(better, 10);
    Object second = server.tun();
    assertThat(second).isNotSameAs(first);
    assertThat(server.state("seven")).isEqualTo(UP);

    server.endpoint.unbind(better);
    assertThat(server.tun()).isNotSameAs(second);
    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.tun().configuration().routes()).hasSize(4);
  }

  @Test
  void staysWithItsDatapathWhenALowerOneComesAndGoes() {
    UserspaceDatapath worse = new UserspaceDatapath(server.devices, network.host("192.0.2.1"));
    Object tun = server.tun();

    server.endpoint.bind(worse, -1);
    server.endpoint.unbind(worse);

    assertThat(server.tun()).isSameAs(tun);
  }
}
