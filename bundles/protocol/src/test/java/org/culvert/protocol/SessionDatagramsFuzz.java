package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.params.provider.MethodSource;

/** Whole UDP sessions at the broker: every datagram has exactly one answer until the end. */
class SessionDatagramsFuzz {
  private static final String SEPARATOR = "\377\376";

  static Stream<byte[]> golden() {
    return Golden.datagrams(true, SEPARATOR.getBytes(StandardCharsets.ISO_8859_1));
  }

  @MethodSource("golden")
  @FuzzTest
  void eachHasOneAnswer(byte[] octets) {
    Server server = Server.udp();
    server.broker.types(TunnelType.V6V4, TunnelType.V6UDPV4);
    for (String datagram : Wire.text(octets).split(SEPARATOR)) {
      if (datagram.length() < ReliableHeader.LENGTH) {
        continue;
      }
      boolean open = server.session.phase() != Phase.CLOSED;
      int before = server.replies.size();
      server.hears(datagram.substring(ReliableHeader.LENGTH));
      assertThat(server.replies).hasSize(before + (open ? 1 : 0));
      assertThat(server.closed).isEqualTo(server.session.phase() == Phase.CLOSED);
    }
    assertThat(server.faults).isEmpty();
  }
}
