package org.culvert.api.recurrence;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RecurrencesTest {
  private long nanos = Long.MIN_VALUE;
  private final Recurrences<String> recurrences = new Recurrences<>(() -> nanos);

  @Test
  void isAnsweredAtOnceSomeTimesAndThenEverLater() {
    for (int i = 0; i < Recurrences.PATIENCE; i++) {
      assertThat(recurrences.note("a").isOpen()).isFalse();
      assertThat(recurrences.due(Set.of("a", "b"))).containsExactlyInAnyOrder("a", "b");
    }
    for (int seconds : new int[] {2, 4, 8, 16, 30, 30}) {
      recurrences.note("a");
      assertThat(recurrences.due(Set.of("a", "b"))).containsExactly("b");
      assertThat(recurrences.wait(Set.of("a"))).isEqualTo(Duration.ofSeconds(seconds).toNanos());
      passes(seconds);
      assertThat(recurrences.due(Set.of("a"))).containsExactly("a");
    }
    assertThat(recurrences.isOpen("a")).isTrue();
    assertThat(recurrences.isOpen("b")).isFalse();
  }

  @Test
  void isOverAfterAMinute() {
    for (int i = 0; i <= Recurrences.PATIENCE; i++) {
      recurrences.note("a");
    }
    recurrences.note("b");
    passes(59);
    assertThat(recurrences.settle()).isEmpty();
    passes(1);
    assertThat(recurrences.settle()).containsExactly("a");
    assertThat(recurrences.all()).isEmpty();
    assertThat(recurrences.note("a").times()).isEqualTo(1);
  }

  @Test
  void whatIsWantedNoMoreIsForgotten() {
    recurrences.note("a");
    recurrences.note("b");
    assertThat(recurrences.settle(Set.of("b"))).isEmpty();
    assertThat(recurrences.all()).containsOnlyKeys("b");
  }

  private void passes(int seconds) {
    nanos += Duration.ofSeconds(seconds).toNanos();
  }
}
