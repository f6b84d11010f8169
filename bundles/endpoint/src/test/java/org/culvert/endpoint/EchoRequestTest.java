package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.Random;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

class EchoRequestTest {

  @Test
  @Demands("R-4.6-2")
  void isAWholeEchoRequestWithARightChecksum() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      String source = "2001:db8::" + Integer.toHexString(random.nextInt(0x10000));
      byte[] packet = request(source, "2001:db8::1", random.nextInt(0x10000), i);

      assertThat(Packets.isEchoRequest(packet)).isTrue();
      assertThat(Packets.isChecksumRight(packet)).isTrue();
      assertThat(packet).hasSize(64);
      assertThat(packet[7]).isEqualTo((byte) 64);
    }
  }

  @Test
  void isAWholeIpv4EchoRequestWithRightChecksums() {
    Random random = new Random(2);
    for (int i = 0; i < 1_000; i++) {
      String source = "203.0.113." + random.nextInt(256);
      int identifier = random.nextInt(0x10000);
      byte[] packet = request(source, "203.0.113.1", identifier, i);

      assertThat(Ipv4Packets.isEchoRequest(packet)).isTrue();
      assertThat(Ipv4Packets.isChecksumRight(packet)).isTrue();
      assertThat(Ipv4Packets.source(packet)).isEqualTo(IpAddresses.parse(source));
      assertThat(packet).hasSize(44);
      assertThat(ByteBuffer.wrap(packet).getShort(2)).isEqualTo((short) 44);
      assertThat(ByteBuffer.wrap(packet).getShort(24)).isEqualTo((short) identifier);
      assertThat(ByteBuffer.wrap(packet).getShort(26)).isEqualTo((short) i);
      assertThat(packet[8]).isEqualTo((byte) 64);
    }
  }

  @Test
  void saysWhichProbeItIs() {
    byte[] ipv6 = probe("2001:db8::7", "2001:db8::1", 1_401);
    byte[] ipv4 = probe("203.0.113.7", "203.0.113.1", 1_401);

    assertThat(ipv6).hasSize(1_401);
    assertThat(ByteBuffer.wrap(ipv6).getLong(48)).isEqualTo(0xFEDC_BA98_7654_3210L);
    assertThat(Packets.isChecksumRight(ipv6)).isTrue();
    assertThat(ipv4).hasSize(1_401);
    assertThat(ByteBuffer.wrap(ipv4).getLong(28)).isEqualTo(0xFEDC_BA98_7654_3210L);
    assertThat(Ipv4Packets.isChecksumRight(ipv4)).isTrue();
  }

  private static byte[] probe(String source, String destination, int octets) {
    return EchoRequest.of(
            IpAddresses.parse(source),
            IpAddresses.parse(destination),
            1,
            1,
            octets,
            0xFEDC_BA98_7654_3210L)
        .orElseThrow()
        .array();
  }

  @Test
  void needsAddressesOfOneVersion() {
    assertThat(
            EchoRequest.of(
                IpAddresses.parse("203.0.113.7"), IpAddresses.parse("2001:db8::1"), 1, 1))
        .isEmpty();
  }

  private static byte[] request(String source, String destination, int identifier, int sequence) {
    return EchoRequest.of(
            IpAddresses.parse(source), IpAddresses.parse(destination), identifier, sequence)
        .orElseThrow()
        .array();
  }
}
