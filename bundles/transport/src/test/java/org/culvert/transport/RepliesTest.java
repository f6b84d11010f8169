package org.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RepliesTest {
  private static String fit(String reply, int room) {
    return Replies.fit(reply.getBytes(US_ASCII), room).map(r -> new String(r, US_ASCII)).orElse("");
  }

  @Test
  void leavesReplyThatFits() {
    assertThat(fit("1302 No\r\n<tunnel/>\r\n", 20)).isEqualTo("1302 No\r\n<tunnel/>\r\n");
  }

  @Test
  void referralThatIsTooLongLosesItsList() {
    assertThat(fit("1302 No\r\n<tunnel/>\r\n", 19)).isEqualTo("302 No\r\n");
    assertThat(fit("1302 No\r\n<tunnel/>\r\n", 7)).isEmpty();
  }

  @Test
  void otherReplyThatIsTooLongIsNotSent() {
    assertThat(fit("1", 0)).isEmpty();
    assertThat(fit("1302", 3)).isEmpty();
    assertThat(fit("13o2 No\r\n", 5)).isEmpty();
    assertThat(fit("302 Unsupported client version\r\n", 10)).isEmpty();
  }
}
