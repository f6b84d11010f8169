package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.culvert.api.tunnel.TunnelCounters;
import org.junit.jupiter.api.Test;

class PathUseTest {
  private static final int LARGEST = 1472;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final PathUse use = new PathUse(1280, LARGEST, TunnelCounters.ZERO, 0);

  @Test
  void answersToAllThatTheOtherEndLooksAtAreNoUse() {
    assertThat(use.isLarge(counters(10 * 1452, 10 * 1452), SECOND)).isFalse();
  }

  @Test
  void moreThanAnEndProbesIsUse() {
    assertThat(use.isLarge(counters(100 * 1452, 100 * 1452), SECOND)).isTrue();
  }

  private static TunnelCounters counters(long received, long sent) {
    return new TunnelCounters(0, received, 0, sent, Map.of());
  }
}
