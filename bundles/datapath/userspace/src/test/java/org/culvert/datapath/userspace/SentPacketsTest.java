package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;

class SentPacketsTest {
  private static final String HOST = "2001:db8:ffff::1";
  private static final String HOST_4 = "192.0.2.99";

  private long now = Long.MIN_VALUE / 2;
  private final SentPackets sent = new SentPackets(() -> now);

  @Test
  void whatWasSentIsKnownOnce() {
    byte[] packet = echo(1);
    send(packet);

    assertThat(take(packet)).isTrue();
    assertThat(take(packet)).isFalse();
  }

  @Test
  void whatWasSentLongAgoIsForgotten() {
    send(echo(1), echo(2));

    now += SentPackets.KEPT_NANOS;
    assertThat(take(echo(1))).isTrue();
    now += SentPackets.KEPT_NANOS / 10;
    assertThat(take(echo(2))).isFalse();
  }

  @Test
  void nothingIsKnownAtFirst() {
    for (int i = 0; i < 0x10000; i++) {
      assertThat(take(echo(i))).isFalse();
    }
  }

  @Test
  void whatResemblesItIsNotKnown() {
    for (int i = 0; i < 0x10000; i += 2) {
      send(echo(i));
    }
    for (int i = 1; i < 0x10000; i += 2) {
      assertThat(take(echo(i))).isFalse();
    }
  }

  /** The table does not grow, and yet nearly all of what it has room for is found. */
  @Test
  void theLatestStayWhenThereAreMore() {
    for (int i = 0; i < 0x10000; i++) {
      send(echo(i), TcpSamples.syn(HOST, Samples.CLIENT_INNER, i & 0xFF));
    }
    int known = 0;
    for (int i = 0xF000; i < 0x10000; i++) {
      known += take(echo(i)) ? 1 : 0;
    }
    // Of 65,536 places one is taken again by each later packet, of which there are up to 8,192.
    assertThat(known).isGreaterThan(0x1000 * 85 / 100);
  }

  /** Eight octets behind the header, or all that there is. */
  @Test
  void tellsHowMuchHasToBeQuoted() {
    byte[] six = Packets.udp(HOST, Samples.CLIENT_INNER, 300);
    byte[] four = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 300);
    byte[] small = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 31);

    assertThat(isEnough(six, 47)).isFalse();
    assertThat(isEnough(six, 48)).isTrue();
    assertThat(isEnough(four, 47)).isFalse();
    assertThat(isEnough(four, 48)).isTrue();
    assertThat(isEnough(small, 30)).isFalse();
    assertThat(isEnough(small, 31)).isTrue();
    assertThat(isEnough(small, 19)).isFalse();
    assertThat(isEnough(small, 0)).isFalse();
  }

  @Test
  void knowsPacketsOfAllLengths() {
    for (int length = 28; length < 80; length++) {
      byte[] packet = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, length);
      send(packet);
      assertThat(take(packet)).as("%s octets", length).isTrue();
    }
  }

  /** What is too short to be a packet is none, wherever it comes from. */
  @Test
  void nonsenseIsNotKnown() {
    send(new byte[1], new byte[19], new byte[0]);

    byte[] nonsense = new byte[48];
    nonsense[0] = 0x45;
    assertThat(take(nonsense)).isFalse();
  }

  private void send(byte[]... packets) {
    PacketBatch batch = Samples.batch(Samples.CLIENT, packets);
    sent.add(batch, 0, batch.size());
  }

  private boolean take(byte[] packet) {
    return sent.take(ByteBuffer.wrap(packet), 0, isIpv4(packet));
  }

  private static boolean isEnough(byte[] packet, int quoted) {
    return SentPackets.isEnough(ByteBuffer.wrap(packet), 0, quoted, isIpv4(packet));
  }

  private static boolean isIpv4(byte[] packet) {
    return packet[0] >> 4 == 4;
  }

  private static byte[] echo(int sequence) {
    return Packets.echoRequest(HOST, Samples.CLIENT_INNER, sequence);
  }
}
