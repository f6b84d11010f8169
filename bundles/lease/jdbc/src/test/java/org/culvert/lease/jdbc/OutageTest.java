package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class OutageTest {
  private static final String FULL = "the disk is full [SQLITE_FULL]";

  private final AtomicLong now = new AtomicLong(5);
  private final Outage outage = new Outage(now::get);

  private void seconds(int seconds) {
    now.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
  }

  @Test
  void tellsEachCauseOnceAndTheEndOnce() {
    assertThat(outage.isOver()).isFalse();

    assertThat(outage.failed(FULL, 1)).isTrue();
    seconds(3600);
    assertThat(outage.failed("the disk is full [SQLITE_FULL, again]", 1)).isFalse();
    assertThat(outage.failed("the disk fails", 1)).isTrue();
    assertThat(outage.lasts()).isTrue();

    assertThat(outage.isOver()).isTrue();
    assertThat(outage.isOver()).isFalse();
    assertThat(outage.lasts()).isFalse();
  }

  @Test
  void isQuietWhereRoomComesAndGoes() {
    int told = 0;
    for (int second = 0; second < 600; second++) {
      told += outage.failed(FULL, 1) ? 1 : 0;
      told += outage.isOver() ? 1 : 0;
      seconds(1);
    }

    assertThat(told).isLessThanOrEqualTo(2 * 10);
  }

  /** Else the last word in the log would be that leases are stored. */
  @Test
  void outageThatBeginsAgainAndLastsIsToldAgain() {
    assertThat(outage.failed(FULL, 1)).isTrue();
    assertThat(outage.isOver()).isTrue();
    seconds(2);

    boolean told = false;
    for (int second = 0; second < 61; second++) {
      told |= outage.failed(FULL, 0);
      seconds(1);
    }

    assertThat(told).isTrue();
    assertThat(outage.isOver()).isTrue();
  }
}
