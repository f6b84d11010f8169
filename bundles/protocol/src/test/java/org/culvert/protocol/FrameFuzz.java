package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.api.status.TspException;
import org.junit.jupiter.params.provider.MethodSource;

/** Frames of the command phase, off a stream and out of a datagram. */
class FrameFuzz {
  static Stream<byte[]> golden() {
    return Stream.concat(Golden.frames('C'), Golden.frames('S'));
  }

  @MethodSource("golden")
  @FuzzTest
  void isReadOrRefused(byte[] octets) {
    Optional<byte[]> streamed = take(octets);
    streamed.ifPresent(
        body ->
            assertThat(take(framed(body)))
                .hasValueSatisfying(again -> assertThat(again).isEqualTo(body)));
    try {
      assertThat(Frame.ofDatagram(octets)).hasSizeLessThanOrEqualTo(octets.length);
    } catch (TspException e) {
      assertThat(e.code().number()).isEqualTo(500);
    }
  }

  private static byte[] framed(byte[] body) {
    byte[] header = Wire.octets("Content-length: " + body.length + "\r\n");
    byte[] message = Arrays.copyOf(header, header.length + body.length);
    System.arraycopy(body, 0, message, header.length, body.length);
    return message;
  }

  private static Optional<byte[]> take(byte[] octets) {
    Inbox inbox = new Inbox(Frame.MAX_MESSAGE);
    inbox.append(ByteBuffer.wrap(octets));
    try {
      return Frame.take(inbox);
    } catch (TspException e) {
      assertThat(e.code().number()).isEqualTo(500);
      return Optional.empty();
    }
  }
}
