package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.junit.jupiter.params.provider.MethodSource;

/** A client that hears whatever it may from its broker, by datagrams and by a stream. */
class ClientRepliesFuzz {
  private static final String SEPARATOR = "\377\376";

  static Stream<byte[]> golden() {
    byte[] separator = SEPARATOR.getBytes(StandardCharsets.ISO_8859_1);
    return Stream.concat(Golden.datagrams(false, separator), Golden.streams(false));
  }

  @MethodSource("golden")
  @FuzzTest
  void leadToAnOfferOrAFailure(byte[] octets) {
    for (Transport transport : List.of(Transport.UDP, Transport.TCP)) {
      Listener listener = new Listener(transport);
      for (String reply : Wire.text(octets).split(SEPARATOR)) {
        listener.hears(reply);
      }
      listener.loses();
    }
  }

  private static final class Listener implements ClientSession.ClientOutput {
    private final Transport transport;
    private final ClientSession session;
    private int sent;
    private boolean closed;

    Listener(Transport transport) {
      this.transport = transport;
      session =
          new ClientSession(
              new SignalingTarget(
                  new InetSocketAddress(Samples.ip("192.0.2.1"), SignalingTarget.PORT),
                  "broker.example",
                  transport,
                  "2.0.2"),
              Credentials.of(TestMechanisms.USER, TestMechanisms.PASSWORD),
              List.of(TestMechanisms.client("DIGEST-MD5"), TestMechanisms.client("PLAIN")),
              callbacks -> {},
              () -> Samples.asked(Samples.HOST),
              this);
      session.start();
    }

    void hears(String reply) {
      int before = sent;
      boolean over = closed;
      int header = transport == Transport.UDP ? ReliableHeader.LENGTH : 0;
      byte[] octets = reply.getBytes(StandardCharsets.ISO_8859_1);
      session.received(ByteBuffer.wrap(octets).position(Math.min(header, octets.length)));
      session.paused();
      if (transport == Transport.UDP) {
        assertThat(sent - before).as("a reply leads to one message at most").isLessThanOrEqualTo(1);
      }
      assertThat(over && sent > before).as("speaks after the end").isFalse();
    }

    void loses() {
      session.closed(new IOException("gone"));
      assertThat(session.offer().toCompletableFuture()).isDone();
    }

    @Override
    public void send(byte[] data) {
      sent++;
    }

    @Override
    public void sendWithoutReply(byte[] data) {
      assertThat(transport.isStream()).isTrue();
      sent++;
    }

    @Override
    public void close() {
      closed = true;
    }
  }
}
