package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplyReaderTest {
  private final ReplyReader reader = new ReplyReader();

  @Test
  void readsAGreeting() throws Exception {
    Reply reply = read("0001 BIRD 2.0.12 ready.\n").orElseThrow();

    assertThat(reply.code()).isEqualTo(1);
    assertThat(reply.text()).isEqualTo("BIRD 2.0.12 ready.");
  }

  @Test
  void givesLinesThatGoOnTheCodeOfTheOneBefore() throws Exception {
    Reply reply =
        read("2002-Name Proto\n1002-a BGP\n b RIP\n1006-  Channel ipv6\n     State: UP\n \n0000 \n")
            .orElseThrow();

    assertThat(reply.code()).isZero();
    assertThat(reply.texts(1002)).containsExactly("a BGP", "b RIP");
    assertThat(reply.texts(1006)).containsExactly("  Channel ipv6", "    State: UP", "");
  }

  @Test
  void waitsForTheRestOctetByOctet() throws Exception {
    String text = "0002-Reading\n0003 Reconfigured\n";
    for (int i = 0; i < text.length() - 1; i++) {
      assertThat(read(text.substring(i, i + 1))).isEmpty();
    }

    assertThat(read("\n").orElseThrow().code()).isEqualTo(3);
  }

  @Test
  void readsOneReplyAfterAnother() throws Exception {
    ByteBuffer both = octets("0013 up\n8002 bad\n");

    assertThat(reader.read(both).orElseThrow().isError()).isFalse();
    assertThat(reader.read(both).orElseThrow().isError()).isTrue();
    assertThat(reader.read(both)).isEmpty();
  }

  @Test
  void showsNoControlCharacters() throws Exception {
    assertThat(read("0000 a\u001b[31mb\rc\td\u202ee\n").orElseThrow().text())
        .isEqualTo("a?[31mb?c d?e");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\n", "hello\n", "123 x\n", "12345\n", "0001+x\n", " first\n", "HTTP/1.1 400\n"})
  void refusesWhatIsNotBird(String text) {
    assertThatThrownBy(() -> read(text)).isInstanceOf(UnexpectedReplyException.class);
  }

  @Test
  void refusesALineWithoutEnd() {
    String text = "0001 " + "x".repeat(ReplyReader.LONGEST_LINE);

    assertThatThrownBy(() -> read(text)).hasMessageContaining("a line of more than");
  }

  @Test
  void refusesAReplyOfTooManyLines() throws Exception {
    read("1002-x\n");
    String lines = " \n".repeat(ReplyReader.MOST_LINES);

    assertThatThrownBy(() -> read(lines)).hasMessageContaining("lines");
  }

  @Test
  void refusesAReplyOfTooManyOctets() throws Exception {
    read("1002-x\n");
    String line = " " + "x".repeat(4000) + "\n";
    String some = line.repeat(100);

    assertThatThrownBy(
            () -> {
              for (int i = 0; i <= ReplyReader.LARGEST_REPLY / some.length(); i++) {
                read(some);
              }
            })
        .hasMessageContaining("a reply of more than");
  }

  private Optional<Reply> read(String text) throws UnexpectedReplyException {
    return reader.read(octets(text));
  }

  private static ByteBuffer octets(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
  }
}
