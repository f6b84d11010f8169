package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;
import java.util.stream.Stream;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole TCP sessions at the broker: nothing throws, and it does not matter how a stream is cut. */
class SessionStreamFuzz {
  private static final int LONGEST = 2048;

  static Stream<byte[]> golden() {
    return Golden.streams(true);
  }

  @MethodSource("golden")
  @FuzzTest
  void isAnsweredTheSameHoweverItIsCut(byte[] octets) {
    if (octets.length > LONGEST) {
      return;
    }
    Server whole = server().hears(octets);
    Server cut = server();
    for (byte octet : octets) {
      cut.hears(new byte[] {octet});
    }
    // Lengths that lie by a line's end may be seen through sooner or later, so only lines compare.
    assertThat(lines(cut)).isEqualTo(lines(whole));
    assertThat(whole.faults).isEmpty();
    assertThat(cut.faults).isEmpty();
    whole.session.closed();
    assertThat(whole.session.phase()).isEqualTo(Phase.CLOSED);
  }

  private static Server server() {
    Server server = Server.tcp();
    server.broker.types(TunnelType.V6V4, TunnelType.V4V6);
    return server;
  }

  private static List<String> lines(Server server) {
    return server.replies.stream().takeWhile(reply -> !reply.startsWith("Content")).toList();
  }
}
