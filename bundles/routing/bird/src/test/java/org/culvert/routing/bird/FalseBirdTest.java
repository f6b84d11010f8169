package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.culvert.api.service.ServiceException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who answers at the control socket may be anybody, or nobody. */
class FalseBirdTest {
  @TempDir Path directory;
  private ServerSocketChannel listener;
  private BirdSettings settings;

  @BeforeEach
  void listen() throws IOException {
    Path socket = directory.resolve("ctl");
    listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    listener.bind(UnixDomainSocketAddress.of(socket));
    settings =
        Configs.settings(
            Map.of("socket", socket.toString(), "directory", directory.toString(), "timeout", 1));
  }

  @AfterEach
  void close() throws IOException {
    listener.close();
  }

  @Test
  void refusesABirdThatIsTooOld() {
    ServiceException problem = problemOf("0001 BIRD 1.6.8 ready.\n");

    assertThat(problem).hasMessage("BIRD 1.6.8 is too old; install BIRD 2.0.8 or a later one");
    assertThat(problem.isLasting()).isTrue();
  }

  @Test
  void takesALaterBird() {
    assertThat(problemOf("0001 BIRD 3.0.1 ready.\n")).isNull();
  }

  @Test
  void refusesWhoIsNotBird() {
    assertThat(problemOf("220 mail.example ESMTP\n"))
        .hasMessage("who answers at BIRD's control socket is not BIRD: a line without a code");
    assertThat(problemOf("0001 SHEEP 1 ready.\n")).hasMessageContaining("no greeting");
  }

  @Test
  void givesUpOnWhoSaysNothing() {
    ServiceException problem = problemOf("");

    assertThat(problem).hasMessageContaining("hangs");
    assertThat(problem.isLasting()).isFalse();
  }

  @Test
  void saysThatNobodyIsThere() throws IOException {
    listener.close();
    assertThat(connect()).hasMessageStartingWith("BIRD is not running");
    Files.delete(settings.socket());
    assertThat(connect()).hasMessageStartingWith("BIRD is not running");
    assertThat(connect().isLasting()).isFalse();
  }

  private ServiceException problemOf(String greeting) {
    Thread speaker = new Thread(() -> greet(greeting));
    speaker.setDaemon(true);
    speaker.start();
    return connect();
  }

  private void greet(String greeting) {
    try {
      // It stays open: whoever waits for more waits in vain.
      SocketChannel channel = listener.accept();
      channel.write(ByteBuffer.wrap(greeting.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private ServiceException connect() {
    return catchThrowableOfType(() -> Bird.connect(settings).close(), ServiceException.class);
  }
}
