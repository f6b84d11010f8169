package org.culvert.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class PlainTextTest {
  @Test
  void leavesOutWhatSteersATerminal() throws IOException {
    assertThat(plain("\u001b[31;1mred\u001b[m \u001b[?25lcursor \u001b(Bset \u001bMup grün\n"))
        .isEqualTo("red cursor set up grün\n");
  }

  @Test
  void sequenceMayBeCutAnywhere() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PlainText plain = new PlainText(out)) {
      for (byte octet : "a\u001b[31mb\u001b[0;1mc".getBytes(StandardCharsets.UTF_8)) {
        plain.write(octet);
      }
      plain.write("\u001b[3".getBytes(StandardCharsets.UTF_8));
      plain.write("1md".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("abcd");
  }

  private static String plain(String text) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (PlainText plain = new PlainText(out)) {
      plain.write(text.getBytes(StandardCharsets.UTF_8));
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
