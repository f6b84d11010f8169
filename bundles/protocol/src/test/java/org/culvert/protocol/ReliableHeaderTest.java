package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReliableHeaderTest {

  @Test
  @Demands({"R-4.4.1.2-2", "R-4.4.1.2-1"})
  void writesTheFirstDatagramOfASession() {
    ReliableHeader header = ReliableHeader.of(ReliableHeader.FIRST_SEQUENCE, 805);

    assertThat(header.before(Wire.octets("VERSION=2.0.2\r\n")))
        .hasSize(23)
        .startsWith(HexFormat.of().parseHex("f00000f000000325"));
  }

  @ParameterizedTest
  @CsvSource({
    "f00000f000000325, 240, 805, false",
    "f000000000000000, 0, 0, false",
    "ffffffff00000001, 268435455, 1, false",
    "000000f000000000, 0, 0, true",
    "000100f000000000, 256, 0, true",
    "010000f000000000, 1, 0, true"
  })
  void readsBothByteOrders(String hex, int sequence, int timestamp, boolean legacy) {
    ByteBuffer datagram = ByteBuffer.wrap(HexFormat.of().parseHex(hex + "41"));

    ReliableHeader header = ReliableHeader.take(datagram);

    assertThat(header.sequence()).isEqualTo(sequence);
    assertThat(header.timestamp()).isEqualTo(timestamp);
    assertThat(header.isLegacy()).isEqualTo(legacy);
    assertThat(header.octets()).isEqualTo(HexFormat.of().parseHex(hex));
    assertThat(datagram.remaining()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "f00000f0000003",
        "600000f000000000000000000000",
        "6f0fff0000000000",
        "4500001400000000",
        "0000000000000000"
      })
  @Demands("R-4.4.1.2-2")
  void takesNothingElseForSignaling(String hex) {
    ByteBuffer datagram = ByteBuffer.wrap(HexFormat.of().parseHex(hex));

    assertThat(ReliableHeader.isSignaling(datagram)).isFalse();
    assertThatThrownBy(() -> ReliableHeader.take(datagram))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(datagram.position()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "241, 240, true",
    "240, 240, false",
    "239, 240, false",
    "0, 268435455, true",
    "268435455, 0, false"
  })
  @Threat("T18")
  void ordersSequencesAcrossTheirWrap(int one, int other, boolean after) {
    assertThat(ReliableHeader.of(one, 0).isAfter(ReliableHeader.of(other, 9))).isEqualTo(after);
  }

  @ParameterizedTest
  @CsvSource({
    "ECHO REQUEST, true",
    "'ECHO REQUEST\r\n', true",
    "ECHO, false",
    "echo request, false",
    "ECHO REQUEST IS LONGER, false",
    "'', false"
  })
  void knowsTheEchoRequest(String data, boolean matches) {
    ByteBuffer buffer = ByteBuffer.wrap(Wire.octets(data));

    assertThat(EchoRequest.matches(buffer)).isEqualTo(matches);
    assertThat(buffer.position()).isZero();
  }

  @Test
  void answersTheEchoRequestAsClientsExpect() {
    assertThat(EchoRequest.request()).hasSize(12);
    assertThat(EchoRequest.answer()).asString().isEqualTo("200 Success\r\n");
  }
}
