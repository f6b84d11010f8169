package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

class RetransmissionTimerTest {
  private final RetransmissionTimer timer =
      new RetransmissionTimer(Duration.ofSeconds(2), Duration.ofSeconds(30));

  private List<Long> waits() {
    return IntStream.rangeClosed(1, 20)
        .mapToObj(timer::waitAfter)
        .flatMap(Optional::stream)
        .map(Duration::toMillis)
        .toList();
  }

  @Test
  void givesUpOnPeerNeverHeardAfterSixSeconds() {
    assertThat(waits()).containsExactly(2_000L, 2_000L, 2_000L);
  }

  @Test
  @Demands("R-4.4.1.2-13")
  void insistsFor66SecondsOnPeerThatWasHeard() {
    timer.measured(Duration.ofMillis(1));

    assertThat(waits())
        .containsExactly(2_000L, 2_000L, 2_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L);
  }

  @Test
  @Demands({"R-4.4.1.2-9", "R-4.4.1.2-14"})
  void waitsLongerOnSlowPathButNotForEver() {
    timer.measured(Duration.ofSeconds(3));
    assertThat(timer.waitAfter(1)).contains(Duration.ofSeconds(9));

    timer.measured(Duration.ofMinutes(2));
    assertThat(timer.waitAfter(1)).contains(Duration.ofSeconds(30));
  }

  @Test
  @Demands("R-4.4.1.2-14")
  void calmsDownOnSteadyPath() {
    for (int i = 0; i < 100; i++) {
      timer.measured(Duration.ofSeconds(3));
    }

    assertThat(timer.waitAfter(1).orElseThrow())
        .isBetween(Duration.ofMillis(3_010), Duration.ofMillis(3_100));
  }
}
