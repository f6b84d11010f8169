package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The limits of waiting. */
class CarrierTest {
  private static final byte[] REQUEST = {1, 2, 3};

  @Test
  void waitsForNoMoreThanSoManyStrays() throws IOException {
    try (LyingServer server =
        new LyingServer(request -> Collections.nCopies(150, new byte[] {9}))) {
      AtomicInteger strays = new AtomicInteger();

      Optional<byte[]> answer =
          Carrier.datagram(
              address(server.port()),
              REQUEST,
              Duration.ofSeconds(20),
              octets -> {
                strays.incrementAndGet();
                return Optional.empty();
              });

      assertThat(answer).isEmpty();
      // A hundred for each of the two attempts; then it does not wait for the time limit.
      assertThat(strays).hasValueLessThanOrEqualTo(200);
    }
  }

  @Test
  void waitsForNoAnswerThatStopsInTheMiddle() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Thread half =
          new Thread(
              () -> {
                try (Socket client = server.accept()) {
                  client.getOutputStream().write(new byte[] {0, 10, 1, 2});
                  client.getInputStream().readAllBytes();
                } catch (IOException e) {
                  // The test sees it as another exception than it expects.
                }
              });
      half.setDaemon(true);
      half.start();

      assertThatThrownBy(
              () ->
                  Carrier.stream(
                      address(server.getLocalPort()),
                      REQUEST,
                      Duration.ofMillis(500),
                      Optional::of))
          .isInstanceOf(SocketTimeoutException.class);
      half.join();
    }
  }

  @Test
  void tellsThatTheConnectionEnded() throws Exception {
    try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Thread hasty =
          new Thread(
              () -> {
                try (Socket client = server.accept()) {
                  client.getInputStream().readNBytes(2 + REQUEST.length);
                } catch (IOException e) {
                  // The test sees it as another exception than it expects.
                }
              });
      hasty.setDaemon(true);
      hasty.start();

      assertThatThrownBy(
              () ->
                  Carrier.stream(
                      address(server.getLocalPort()),
                      REQUEST,
                      Duration.ofSeconds(20),
                      Optional::of))
          .hasMessage("the connection ended before the answer");
      hasty.join();
    }
  }

  private static InetSocketAddress address(int port) {
    return new InetSocketAddress("127.0.0.1", port);
  }
}
