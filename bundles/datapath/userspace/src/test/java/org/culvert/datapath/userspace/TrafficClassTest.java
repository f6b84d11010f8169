package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.culvert.api.datapath.Forwarding;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.InMemoryNetwork.Crossing;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.culvert.testkit.net.InMemoryTun;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the network was told of a packet, and what it says of it (RFC 2983, RFC 6040). */
class TrafficClassTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final InMemoryNetworkDevices devices = new InMemoryNetworkDevices();
  private Forwarding forwarding;
  private InMemoryTun tun;
  private OuterSocket client;
  private OuterSocket client4;

  @BeforeEach
  void start() throws Exception {
    forwarding =
        new UserspaceDatapath(devices, network.host("192.0.2.1", "2001:db8:a::1"))
            .start("culvert0", 1500);
    forwarding.apply(List.of(Samples.clientTunnel(), Samples.clientTunnel4()));
    tun = devices.tun("culvert0");
    client = network.host("198.51.100.7").open(Samples.UDP, Samples.CLIENT);
    client4 = network.host("2001:db8:b::7").open(Samples.PROTOCOL_4, Samples.CLIENT_4);
  }

  @AfterEach
  void stop() {
    forwarding.close();
    client.close();
    client4.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {0xB9, 0xBA, 0xB8, 0x03, 0x00, 0xFF})
  void outerHeaderGetsTheInnerOne(int octet) throws Exception {
    tun.push(six(Packets.udp(HOST, Samples.CLIENT_INNER, 100), octet));
    tun.push(four(Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 100), octet));
    tun.push(four(Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 1400), octet));

    Samples.drain(client, 1);
    Samples.drain(client4, 3);
    assertThat(network.capture()).hasSize(4).allMatch(c -> c.trafficClass() == octet);
  }

  /** Inner, outer, and what comes out by RFC 6040 figure 4; -1: dropped. */
  @ParameterizedTest
  @CsvSource({
    "0, 0, 0", "0, 2, 0", "0, 1, 0", "0, 3, -1",
    "2, 0, 2", "2, 2, 2", "2, 1, 1", "2, 3, 3",
    "1, 0, 1", "1, 2, 1", "1, 1, 1", "1, 3, 3",
    "3, 0, 3", "3, 2, 3", "3, 1, 3", "3, 3, 3",
  })
  void congestionIsBroughtInAndNothingElse(int inner, int outer, int expected) throws Exception {
    int expedited = 0xB8;
    byte[] six = six(Packets.udp(Samples.CLIENT_INNER, HOST, 100), expedited | inner);
    byte[] four = four(Ipv4Packets.udp(Samples.CLIENT_INNER_4, HOST_4, 100), expedited | inner);

    network.carry(
        new Crossing(Samples.UDP, Samples.CLIENT, Samples.SERVER, six, 0x28 | outer, false));
    comesOut("seven", six, expected < 0 ? -1 : expedited | expected);
    network.carry(
        new Crossing(
            Samples.PROTOCOL_4, Samples.CLIENT_4, Samples.SERVER_4, four, 0x28 | outer, false));
    comesOut("four", four, expected < 0 ? -1 : expedited | expected);
  }

  private void comesOut(String id, byte[] packet, int octet) throws Exception {
    boolean ipv4 = id.equals("four");
    if (octet >= 0) {
      assertThat(tun.next()).isEqualTo(ipv4 ? four(packet, octet) : six(packet, octet));
      return;
    }
    // Another one behind it shows that the first has been decided on.
    byte[] sentinel = ipv4 ? four(packet.clone(), 0x02) : six(packet.clone(), 0x02);
    WireFormat wire = ipv4 ? Samples.PROTOCOL_4 : Samples.UDP;
    network.forge(
        wire,
        ipv4 ? Samples.CLIENT_4 : Samples.CLIENT,
        ipv4 ? Samples.SERVER_4 : Samples.SERVER,
        sentinel);
    assertThat(tun.next()).isEqualTo(sentinel);
    assertThat(forwarding.counters(id).drops()).isEqualTo(Map.of(DropReason.CONGESTION_MARK, 1L));
  }

  @Test
  void copiesOnlyWhatItIsTold() {
    Samples.CountingSocket socket = new Samples.CountingSocket();
    for (int copied : List.of(0, TrafficClass.CODE_POINT, TrafficClass.CONGESTION)) {
      var batch =
          Samples.batch(Samples.CLIENT, six(Packets.udp(HOST, Samples.CLIENT_INNER, 100), 0xB9));
      new Outbound(1, 2048, copied, new Tally(), System::nanoTime)
          .forward(batch, Routes.of(List.of(new Tunnel(Samples.clientTunnel(), port(socket)))));

      assertThat(batch.trafficClass(0)).isEqualTo(0xB9 & copied);
    }
  }

  private static OuterPort port(OuterSocket socket) {
    try {
      return Samples.port(socket);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  static byte[] six(byte[] packet, int octet) {
    ByteBuffer memory = ByteBuffer.wrap(packet);
    memory.putInt(0, 6 << 28 | octet << 20);
    return packet;
  }

  static byte[] four(byte[] packet, int octet) {
    packet[1] = (byte) octet;
    return Ipv4Packets.withFlags(packet, 0);
  }
}
