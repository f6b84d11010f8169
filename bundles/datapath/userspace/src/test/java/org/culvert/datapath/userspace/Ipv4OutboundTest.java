package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.tunnel.DropReason;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class Ipv4OutboundTest {
  private static final String HOST = "192.0.2.99";
  private static final String NOWHERE = "192.0.2.77";
  private static final int UNREACHABLE = 3;
  private static final int FRAGMENTATION_NEEDED = 4;

  private final Samples.CountingSocket socket = new Samples.CountingSocket();
  private final Tally unrouted = new Tally();
  private final Outbound outbound = new Outbound(256, 16_384, TrafficClass.ALL, unrouted, () -> 0);
  private final Tunnel tunnel;
  private final Tunnel filtered;
  private final Routes routes;

  Ipv4OutboundTest() throws Exception {
    socket.keeping = true;
    tunnel = new Tunnel(Samples.clientTunnel4(), Samples.port(socket));
    filtered =
        new Tunnel(
            Samples.tunnel4(
                "filtered",
                Samples.outer("2001:db8:b::8", 0),
                List.of(IpPrefix.parse("192.0.2.0/24")),
                "10.8.0.0/16"),
            tunnel.port);
    routes = Routes.of(List.of(tunnel, filtered));
  }

  @Test
  void sendsToTheEndOfTheTunnelThatHoldsTheDestination() {
    byte[] packet = Ipv4Packets.udp(HOST, "10.7.3.4", 200);

    assertThat(forward(packet).size()).isZero();

    assertThat(socket.sent).containsExactly(packet);
    assertThat(socket.lastPeer).isEqualTo(PacketBatch.low(Samples.CLIENT_4.getAddress()));
    assertThat(tunnel.counters().sentPackets()).isEqualTo(1);
    assertThat(tunnel.counters().sentOctets()).isEqualTo(200);
  }

  @Test
  void tellsTheMtuToTheSenderOfWhatMustStayWhole() {
    byte[] packet =
        Ipv4Packets.withFlags(
            Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 1281), Ipv4Packets.DONT_FRAGMENT);

    PacketBatch errors = forward(packet);

    assertThat(errors.size()).isEqualTo(1);
    byte[] error = Samples.packet(errors, 0);
    assertThat(Ipv4Packets.isIcmp(error, UNREACHABLE)).isTrue();
    assertThat(error[21]).isEqualTo((byte) FRAGMENTATION_NEEDED);
    assertThat(ByteBuffer.wrap(error).getInt(24)).isEqualTo(1280);
    assertThat(Ipv4Packets.isChecksumRight(error)).isTrue();
    // From an address of its own the kernel would take nothing.
    assertThat(Ipv4Packets.source(error)).isEqualTo(IpAddresses.parse(Samples.CLIENT_INNER_4));
    assertThat(Ipv4Packets.destination(error)).isEqualTo(IpAddresses.parse(HOST));
    assertThat(error).hasSize(576).endsWith(Arrays.copyOf(packet, 548));
    assertThat(tunnel.counters().drops()).isEqualTo(Map.of(DropReason.TOO_BIG, 1L));
    assertThat(socket.packets).isZero();
  }

  @Test
  void sendsWhatJustFits() {
    forward(
        Ipv4Packets.withFlags(
            Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 1280), Ipv4Packets.DONT_FRAGMENT));

    assertThat(socket.packets).isEqualTo(1);
  }

  /** RFC 2473 section 7.2: nobody on a path of IPv6 cuts what is too big for it. */
  @Test
  void usesNoMoreThanThePathIsSeenToCarryBelow1280Octets() {
    tunnel.mtu(1240);
    byte[] packet = Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 1280);

    byte[] error =
        Samples.packet(forward(Ipv4Packets.withFlags(packet, Ipv4Packets.DONT_FRAGMENT)), 0);
    forward(packet);

    assertThat(ByteBuffer.wrap(error).getInt(24)).isEqualTo(1240);
    assertThat(socket.sent).hasSize(2).allMatch(piece -> piece.length <= 1240);
    assertThat(socket.whole).containsOnly(false);
    tunnel.mtu(1280);
    socket.whole.clear();
    forward(packet);
    assertThat(socket.whole).as("it was seen to pass").containsExactly(true);
  }

  @Test
  void tellsTheSenderThatNoTunnelLeadsThere() {
    byte[] packet = Ipv4Packets.udp(HOST, NOWHERE, 101);

    byte[] error = Samples.packet(forward(packet), 0);

    assertThat(Ipv4Packets.isIcmp(error, UNREACHABLE)).isTrue();
    assertThat(error[21]).isZero();
    assertThat(error).hasSize(129).endsWith(packet);
    assertThat(Ipv4Packets.isChecksumRight(error)).isTrue();
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.NO_ROUTE, 1L));
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5, 11, 12})
  void saysNothingAboutErrors(int type) {
    byte[] message = new byte[40];
    message[0] = (byte) type;

    assertThat(forward(icmp(message)).size()).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 8, 13, 14})
  void answersOtherMessages(int type) {
    byte[] message = new byte[40];
    message[0] = (byte) type;

    assertThat(forward(icmp(message)).size()).isEqualTo(1);
  }

  @Test
  void saysNothingAboutMessagesThatHideTheirType() {
    byte[] none =
        Ipv4Packets.packet(IpAddresses.parse(HOST), IpAddresses.parse(NOWHERE), 1, new byte[0]);

    assertThat(forward(none).size()).isZero();
  }

  @Test
  void speaksAboutTheFirstFragmentOnly() {
    byte[] packet = Ipv4Packets.udp(HOST, NOWHERE, 100);

    assertThat(forward(Ipv4Packets.withFlags(packet, Ipv4Packets.MORE_FRAGMENTS)).size())
        .isEqualTo(1);
    assertThat(forward(Ipv4Packets.withFlags(packet, 10)).size()).isZero();
    assertThat(forward(Ipv4Packets.withFlags(packet, Ipv4Packets.MORE_FRAGMENTS | 10)).size())
        .isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"224.0.0.1", "255.255.255.255", "127.0.0.1", "169.254.0.1", "0.0.0.0"})
  void dropsInSilenceWhatNoTunnelMayCarry(String address) {
    assertThat(forward(Ipv4Packets.udp(HOST, address, 100)).size()).isZero();
    assertThat(forward(Ipv4Packets.udp(address, Samples.CLIENT_INNER_4, 100)).size()).isZero();
    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.MARTIAN, 2L));
  }

  @Test
  void sendsOnlyFromLocalPrefixesWhereThereAreSome() {
    forward(Ipv4Packets.udp("192.0.3.1", "10.8.0.1", 100), Ipv4Packets.udp(HOST, "10.8.0.1", 100));

    assertThat(socket.packets).isEqualTo(1);
    assertThat(filtered.counters().drops()).isEqualTo(Map.of(DropReason.INNER_SOURCE, 1L));
  }

  @Test
  void keepsErrorsOfBothVersionsUnderOneRate() throws Exception {
    Tunnel ipv6 = new Tunnel(Samples.clientTunnel(), tunnel.port);
    Routes both = Routes.of(List.of(tunnel, ipv6));
    int errors = 0;
    for (int i = 0; i < 1_000; i++) {
      PacketBatch batch =
          Samples.batch(
              Samples.CLIENT,
              Ipv4Packets.udp(HOST, NOWHERE, 100),
              Packets.udp("2001:db8:ffff::1", "2001:db8:900::1", 100));
      errors += outbound.forward(batch, both).size();
    }

    assertThat(errors).isEqualTo(50);
  }

  @Test
  void dropsWhatIsNoWholePacket() {
    byte[] packet = Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 100);

    forward(Arrays.copyOf(packet, 99), new byte[] {0x45, 0}, Arrays.copyOf(packet, 19));

    assertThat(Tally.sum(unrouted)).isEqualTo(Map.of(DropReason.MALFORMED, 3L));
  }

  @Test
  void cutsBetweenItsNeighborsAndKeepsOrder() {
    byte[] small = Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 100);
    byte[] large = Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 1400);

    forward(small, large, Ipv4Packets.udp(HOST, NOWHERE, 100), small);

    assertThat(socket.sent)
        .extracting(packet -> packet.length)
        .containsExactly(100, 1276, 144, 100);
    assertThat(tunnel.counters().sentPackets()).isEqualTo(4);
    assertThat(tunnel.counters().sentOctets()).isEqualTo(100 + 1276 + 144 + 100);
  }

  /** What a receiver puts together is what was sent, whatever its length, place and options. */
  @Property(tries = 500)
  void fragmentsMakeTheirPacketAgain(
      @ForAll @IntRange(min = 1281, max = 9216) int length,
      @ForAll @IntRange(min = 0, max = 500) int offset,
      @ForAll boolean more,
      @ForAll @IntRange(min = 0, max = 10) int optionWords) {
    byte[] packet =
        withOptions(
            Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, length - 4 * optionWords), optionWords);
    int header = 20 + 4 * optionWords;
    packet = Ipv4Packets.withFlags(packet, (more ? Ipv4Packets.MORE_FRAGMENTS : 0) | offset);
    socket.sent.clear();

    PacketBatch batch = new PacketBatch(1, 16_384);
    batch.memory().put(0, packet);
    batch.packet(0, 0, packet.length);
    batch.size(1);
    outbound.forward(batch, routes);

    ByteArrayOutputStream together = new ByteArrayOutputStream();
    for (byte[] fragment : socket.sent) {
      ByteBuffer read = ByteBuffer.wrap(fragment);
      boolean last = fragment == socket.sent.get(socket.sent.size() - 1);
      int flags = read.getShort(6) & 0xFFFF;
      assertThat(fragment.length).isLessThanOrEqualTo(1280);
      assertThat(read.getShort(2) & 0xFFFF).isEqualTo(fragment.length);
      assertThat(fragment[0]).isEqualTo(packet[0]);
      assertThat(read.getShort(4)).isEqualTo((short) 0x1234);
      assertThat(flags & 0x1FFF).isEqualTo(offset + together.size() / 8);
      assertThat((flags & Ipv4Packets.MORE_FRAGMENTS) != 0).isEqualTo(!last || more);
      assertThat(flags & Ipv4Packets.DONT_FRAGMENT).isZero();
      assertThat(Ipv4Packets.isChecksumRight(fragment)).isTrue();
      assertThat(Arrays.copyOfRange(fragment, 12, 20))
          .isEqualTo(Arrays.copyOfRange(packet, 12, 20));
      together.write(fragment, header, fragment.length - header);
    }
    assertThat(together.toByteArray()).isEqualTo(Arrays.copyOfRange(packet, header, packet.length));
    assertThat(socket.sent).hasSizeGreaterThan(1);
  }

  /** A security option is copied, a record of the route stands in the first alone (RFC 791 3.1). */
  @Test
  void copiesTheOptionsThatAreToBeCopied() {
    byte[] packet = withOptions(Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 1400), 3);
    byte[] options = {(byte) 0x82, 4, 1, 2, 7, 3, 9, 1, 7, 3, 9, 0};
    System.arraycopy(options, 0, packet, 20, options.length);

    forward(Ipv4Packets.withFlags(packet, 0));

    assertThat(socket.sent).hasSize(2);
    assertThat(Arrays.copyOfRange(socket.sent.get(0), 20, 32)).isEqualTo(options);
    assertThat(Arrays.copyOfRange(socket.sent.get(1), 20, 32))
        .isEqualTo(new byte[] {(byte) 0x82, 4, 1, 2, 1, 1, 1, 1, 1, 1, 1, 0});
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 200})
  void survivesOptionsThatLieAboutTheirLength(int lie) {
    byte[] packet = withOptions(Ipv4Packets.udp(HOST, Samples.CLIENT_INNER_4, 1400), 1);
    packet[20] = 7;
    packet[21] = (byte) lie;
    packet[23] = 7;

    forward(Ipv4Packets.withFlags(packet, 0));

    assertThat(socket.sent).hasSize(2).allMatch(Ipv4Packets::isChecksumRight);
  }

  /** Inserts so many words of options that do nothing. */
  private static byte[] withOptions(byte[] packet, int words) {
    byte[] longer = new byte[packet.length + 4 * words];
    System.arraycopy(packet, 0, longer, 0, 20);
    Arrays.fill(longer, 20, 20 + 4 * words, (byte) 1);
    System.arraycopy(packet, 20, longer, 20 + 4 * words, packet.length - 20);
    longer[0] = (byte) (0x45 + words);
    ByteBuffer.wrap(longer).putShort(2, (short) longer.length);
    return longer;
  }

  private static byte[] icmp(byte[] message) {
    return Ipv4Packets.icmp(IpAddresses.parse(HOST), IpAddresses.parse(NOWHERE), message);
  }

  private PacketBatch forward(byte[]... packets) {
    return outbound.forward(Samples.batch(Samples.CLIENT_4, packets), routes);
  }
}
