package org.culvert.api.recurrence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.culvert.api.recurrence.Flaps.News;
import org.junit.jupiter.api.Test;

class FlapsTest {
  private static final Duration MOMENT = Duration.ofSeconds(1);

  private long nanos = Long.MAX_VALUE - MOMENT.toNanos();
  private final Flaps flaps = new Flaps(() -> nanos);

  @Test
  void oneFailureIsToldOnceAndSoIsItsEnd() {
    assertThat(flaps.worked()).isEqualTo(News.NONE);
    assertThat(flaps.failed()).isEqualTo(News.FAILS);
    assertThat(flaps.failed()).isEqualTo(News.NONE);
    passes(Duration.ofHours(1));
    assertThat(flaps.failed()).isEqualTo(News.NONE);
    assertThat(flaps.look()).isEqualTo(News.NONE);
    assertThat(flaps.worked()).isEqualTo(News.WORKS);
    assertThat(flaps.worked()).isEqualTo(News.NONE);
    assertThat(flaps.times()).isEqualTo(1);
  }

  @Test
  void aDayOfFlapsIsAFewLinesAndItsEndIsToldWithTheirNumber() {
    List<News> told = new ArrayList<>();
    for (int i = 0; i < 40_000; i++) {
      told.add(flaps.failed());
      passes(MOMENT);
      told.add(flaps.worked());
      passes(MOMENT);
    }
    told.removeIf(News.NONE::equals);
    assertThat(told).hasSize(33).endsWith(News.FAILS_AGAIN_AND_AGAIN);

    passes(Duration.ofSeconds(60));
    assertThat(flaps.look()).isEqualTo(News.WORKS);
    assertThat(flaps.times()).isEqualTo(40_000);
    assertThat(flaps.failed()).isEqualTo(News.FAILS);
  }

  @Test
  void whatFailsForGoodAfterManyFlapsIsOverOnceItHasWorkedForAMinute() {
    for (int i = 0; i < 30; i++) {
      var unused = flaps.failed();
      unused = flaps.worked();
    }
    assertThat(flaps.failed()).isEqualTo(News.NONE);
    passes(Duration.ofHours(1));
    assertThat(flaps.look()).isEqualTo(News.NONE);
    assertThat(flaps.worked()).isEqualTo(News.WORKS);
    assertThat(flaps.times()).isEqualTo(31);
  }

  @Test
  void whatWorksOnceThoughSomethingIsInTheWayDoesNotWorkAgain() {
    AtomicBoolean full = new AtomicBoolean(true);
    Flaps disk = new Flaps(() -> nanos, full::get);
    assertThat(disk.worked()).as("it never failed").isEqualTo(News.NONE);
    assertThat(disk.failed()).isEqualTo(News.FAILS);
    assertThat(disk.worked()).isEqualTo(News.NONE);
    assertThat(disk.look()).isEqualTo(News.NONE);
    assertThat(disk.failed()).as("it is the same failure").isEqualTo(News.NONE);
    full.set(false);
    assertThat(disk.look()).as("nothing was written since").isEqualTo(News.NONE);

    full.set(true);
    assertThat(disk.worked()).isEqualTo(News.NONE);
    full.set(false);

    assertThat(disk.look()).isEqualTo(News.WORKS);
    assertThat(disk.times()).isEqualTo(1);
    assertThat(disk.look()).isEqualTo(News.NONE);
  }

  private void passes(Duration time) {
    nanos += time.toNanos();
  }
}
