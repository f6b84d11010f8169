package org.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What brokers read that take one segment for one message. */
class SpacedWritesTest {
  private final EmbeddedChannel channel = new EmbeddedChannel();
  private final SpacedWrites writes = new SpacedWrites(channel);

  @BeforeEach
  void standStill() {
    channel.freezeTime();
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  @Test
  void credentialsComeAWhileAfterTheLineThatGetsNoReply() {
    writes.writeBeforeAnother(octets("AUTHENTICATE PLAIN\r\n"));
    writes.write(octets("credentials"));
    assertThat(written()).containsExactly("AUTHENTICATE PLAIN\r\n");

    pass(SpacedWrites.GAP_MILLIS - 1);
    assertThat(written()).isEmpty();
    pass(1);

    assertThat(written()).containsExactly("credentials");
  }

  @Test
  void whatGetsAReplyWaitsForNothing() {
    writes.write(octets("VERSION=2.0.2\r\n"));
    writes.write(octets("AUTHENTICATE ANONYMOUS\r\n"));

    assertThat(written()).containsExactly("VERSION=2.0.2\r\n", "AUTHENTICATE ANONYMOUS\r\n");
  }

  @Test
  void whoSaysNothingMoreForAWhileIsNotHeldBackLater() {
    writes.writeBeforeAnother(octets("one"));
    pass(SpacedWrites.GAP_MILLIS);

    writes.write(octets("two"));

    assertThat(written()).containsExactly("one", "two");
  }

  @Test
  void severalGoInTheirOrderEachAWhileAfterTheOther() {
    writes.writeBeforeAnother(octets("one"));
    writes.writeBeforeAnother(octets("two"));
    writes.write(octets("three"));

    pass(SpacedWrites.GAP_MILLIS);
    assertThat(written()).containsExactly("one", "two");
    pass(SpacedWrites.GAP_MILLIS);

    assertThat(written()).containsExactly("three");
  }

  @Test
  void nothingIsLostWhenTheConnectionEnds() {
    writes.writeBeforeAnother(octets("one"));
    writes.write(octets("two"));
    writes.write(octets("three"));

    writes.flush();

    assertThat(written()).containsExactly("one", "two", "three");
  }

  private void pass(int millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  private List<String> written() {
    List<String> texts = new ArrayList<>();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      texts.add(next.toString(US_ASCII));
      next.release();
    }
    return texts;
  }

  private static byte[] octets(String text) {
    return text.getBytes(US_ASCII);
  }
}
