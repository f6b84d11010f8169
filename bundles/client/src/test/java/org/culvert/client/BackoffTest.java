package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration MIN = Duration.ofSeconds(5);
  private static final Duration MAX = Duration.ofSeconds(300);

  @Test
  void staysBetweenTheShortestWaitAndABoundThatDoubles() {
    for (int seed = 0; seed < 500; seed++) {
      Backoff backoff = new Backoff(MIN, MAX, new SplittableRandom(seed));
      for (int seconds : new int[] {10, 20, 40, 80, 160, 300, 300, 300}) {
        assertThat(backoff.next()).isBetween(MIN, Duration.ofSeconds(seconds));
      }
    }
  }

  @Test
  void spreadsClientsOverTheWholeWait() {
    long early = 0;
    long late = 0;
    for (int seed = 0; seed < 500; seed++) {
      Backoff backoff = new Backoff(MIN, MAX, new SplittableRandom(seed));
      for (int i = 0; i < 10; i++) {
        backoff.next();
      }
      long wait = backoff.next().toSeconds();
      early += wait < 60 ? 1 : 0;
      late += wait > 240 ? 1 : 0;
    }

    assertThat(early).isGreaterThan(50);
    assertThat(late).isGreaterThan(50);
  }

  @Test
  void startsAnewAfterAReset() {
    Backoff backoff = new Backoff(MIN, MAX, new SplittableRandom(1));
    for (int i = 0; i < 10; i++) {
      backoff.next();
    }

    backoff.reset();

    assertThat(backoff.next()).isBetween(MIN, Duration.ofSeconds(10));
  }

  @Test
  void waitsLongForWhatDoesNotHealByItself() {
    for (int seed = 0; seed < 100; seed++) {
      assertThat(new Backoff(MIN, MAX, new SplittableRandom(seed)).patient())
          .isBetween(Duration.ofSeconds(150), MAX);
    }
  }

  @Test
  void worksWhereBothWaitsAreTheSame() {
    Backoff backoff = new Backoff(MIN, MIN, new SplittableRandom(1));

    assertThat(backoff.next()).isEqualTo(MIN);
    assertThat(backoff.patient()).isEqualTo(MIN);
  }
}
