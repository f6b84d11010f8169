package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** The lines that a client reads: capabilities, status lines, and what follows them. */
class BrokerLineFuzz {
  static Stream<byte[]> golden() {
    return Stream.concat(Golden.streams(false), Golden.frames('S'));
  }

  @MethodSource("golden")
  @FuzzTest
  void isReadOrPassedOver(byte[] octets) {
    String line = Wire.text(octets);
    TspVersion.parseLine(line);
    CapabilityLine.parse(line)
        .ifPresent(read -> assertThat(read.mechanisms()).allMatch(name -> name.matches("[!-~]+")));
    StatusLine.parse(line)
        .ifPresent(
            status -> {
              assertThat(status.number()).isBetween(0, 9999);
              assertThat(status.refusal(octets)).hasMessageMatching("[ -~…]*");
            });
    ReplyInbox.Reply reply = ReplyInbox.split(octets);
    assertThat(reply.line().length() + reply.rest().length).isLessThanOrEqualTo(octets.length);
    assertThat(ReplyInbox.body(octets)).hasSizeLessThanOrEqualTo(octets.length);
  }
}
