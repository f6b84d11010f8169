package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.netdev.linux.FilterTable.Count;
import org.junit.jupiter.api.Test;

class TunnelCountersTest {
  private static final Map<String, Count> COUNTS =
      Map.of(
          FilterCheck.IN_PASSED.counter("cvtest"), new Count(7, 700),
          FilterCheck.IN_SOURCE.counter("cvtest"), new Count(5_000, 500_000),
          FilterCheck.OUT_SOURCE.counter("cvtest"), new Count(1, 100));

  /** Else its other end would be taken for silent. */
  @Test
  void aDeviceThatWasMadeAnewIsHeardThoughItsFilterRefusedManyBefore() {
    TunnelCounters counters = counters(new LinkStatistics(3, 300, 2, 4));

    assertThat(counters)
        .isEqualTo(
            new TunnelCounters(
                7,
                700,
                3,
                300,
                Map.of(
                    DropReason.INNER_SOURCE,
                    5_001L,
                    DropReason.CONGESTION,
                    2L,
                    DropReason.OUTER_REFUSED,
                    4L)));
  }

  private static TunnelCounters counters(LinkStatistics statistics) {
    return LinuxTunnelDeviceGroup.counters("cvtest", statistics, COUNTS);
  }
}
