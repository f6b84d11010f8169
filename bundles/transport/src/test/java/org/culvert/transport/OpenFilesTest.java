package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OpenFilesTest {
  private static final String LIMITS =
      """
      Limit                     Soft Limit           Hard Limit           Units
      Max processes             127235               127235               processes
      Max open files            %s                 524288               files
      Max locked memory         8388608              8388608              bytes
      """;

  @Test
  void tellsWhatToWriteWhereTheLimitIsTooLow() {
    assertThat(new OpenFiles(10_000, LIMITS.formatted("4096")).missing())
        .singleElement()
        .asString()
        .contains(
            "may open 4096 files",
            "sessions = 10000 in etc/org.culvert.transport.cfg",
            "ulimit -n 12000",
            "LimitNOFILE=12000");
  }

  @Test
  void isContentWhereItIsHighEnoughOrNotKnown() {
    assertThat(new OpenFiles(10_000, LIMITS.formatted("524288")).missing()).isEmpty();
    assertThat(new OpenFiles(2_000, LIMITS.formatted("4096")).missing()).isEmpty();
    assertThat(new OpenFiles(10_000, LIMITS.formatted("unlimited")).missing()).isEmpty();
    assertThat(new OpenFiles(10_000, "").missing()).isEmpty();
  }
}
