package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class UdpConversationTest {
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final List<String> violations = new ArrayList<>();

  @Test
  void lateAnswersToWhatItSentAgainAreNoViolations() throws IOException {
    try (DatagramSocket server = new DatagramSocket(0, InetAddress.getLoopbackAddress());
        UdpConversation conversation =
            UdpConversation.open(
                (InetSocketAddress) server.getLocalSocketAddress(),
                Optional.empty(),
                violations::add)) {
      server.setSoTimeout((int) PATIENCE.toMillis());
      conversation.send("first".getBytes(StandardCharsets.US_ASCII));
      assertThat(conversation.receive(Duration.ofMillis(3), true))
          .isInstanceOf(Conversation.Arrival.Nothing.class);

      for (int sends = 0; sends < 3; sends++) {
        answer(server);
      }
      assertThat(text(conversation)).isEqualTo("first");

      conversation.send("second".getBytes(StandardCharsets.US_ASCII));
      answer(server);
      assertThat(text(conversation)).isEqualTo("second");
    }
    assertThat(violations).isEmpty();
  }

  /** Sends back what came. */
  private static void answer(DatagramSocket server) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    server.receive(packet);
    server.send(packet);
  }

  private static String text(UdpConversation conversation) throws IOException {
    Conversation.Arrival arrival = conversation.receive(PATIENCE, false);
    return arrival instanceof Conversation.Arrival.Octets octets
        ? new String(octets.octets(), StandardCharsets.US_ASCII)
        : arrival.toString();
  }
}
