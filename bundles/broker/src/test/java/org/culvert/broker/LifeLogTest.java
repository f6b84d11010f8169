package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class LifeLogTest {

  /**
   * A second line, a sequence that moves the cursor, one that turns the text round, a line of
   * Unicode.
   */
  @Threat("T28")
  @Test
  void nameForgesNoLineAndMovesNoCursor() {
    assertThat(LifeLog.printable("eve\r\n2026 | INFO | alice: ended"))
        .isEqualTo("eve??2026?|?INFO?|?alice:?ended");
    assertThat(LifeLog.printable("\u001b[2Jeve\u009b1A\u0000\u007f")).isEqualTo("?[2Jeve?1A??");
    assertThat(LifeLog.printable("a\u202eb\u2028c\u2066d")).isEqualTo("a?b?c?d");
    assertThat(LifeLog.printable("jörg@example.org")).isEqualTo("jörg@example.org");
  }

  @Threat("T28")
  @Test
  void nameFillsNoLog() {
    assertThat(LifeLog.printable("x".repeat(100_000))).hasSize(64);
  }
}
