package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;

class EchoRequestTest {

  @Test
  void isAWholeEchoRequestWithARightChecksum() {
    Random random = new Random(1);
    for (int i = 0; i < 1_000; i++) {
      byte[] packet =
          EchoRequest.of(
                  IpAddresses.parse6("2001:db8::" + Integer.toHexString(random.nextInt(0x10000))),
                  IpAddresses.parse6("2001:db8::1"),
                  random.nextInt(0x10000),
                  i)
              .array();

      assertThat(Packets.isEchoRequest(packet)).isTrue();
      assertThat(Packets.isChecksumRight(packet)).isTrue();
      assertThat(packet).hasSize(56);
      assertThat(packet[7]).isEqualTo((byte) 64);
    }
  }
}
