package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The reliability header of datagrams. */
class HeaderFuzz {
  static Stream<byte[]> golden() {
    return Golden.messages();
  }

  @MethodSource("golden")
  @FuzzTest
  void isSentBackAsItCame(byte[] octets) {
    ByteBuffer datagram = ByteBuffer.wrap(octets);
    boolean signaling = ReliableHeader.isSignaling(datagram);
    assertThat(datagram.position()).isZero();
    if (octets.length > 0 && (octets[0] & 0xF0) == 0x60) {
      assertThat(signaling).as("an IPv6 packet is never signaling").isFalse();
    }
    if (signaling) {
      ReliableHeader header = ReliableHeader.take(datagram);
      byte[] data = Wire.octets(datagram);
      assertThat(header.before(data)).isEqualTo(octets);
      assertThat(header.octets()).isEqualTo(Arrays.copyOf(octets, ReliableHeader.LENGTH));
      ReliableHeader next = ReliableHeader.of(header.sequence() + 1, 0);
      assertThat(next.isAfter(header)).isTrue();
      assertThat(header.isAfter(next)).isFalse();
    }
  }
}
