package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeapRoomTest {

  @ParameterizedTest
  @CsvSource({"100000, 900000000", "7000, 96000000", "0, 40000000"})
  void configuredLimitHoldsWhereThereIsRoom(int configured, long heap) {
    assertThat(new HeapRoom(heap).limit(configured)).isEqualTo(configured);
  }

  @Test
  void heapWithoutRoomForTheConfiguredTunnelsIsTheLimit() {
    // Five of 48 parts are for those who ask.
    long heap = (HeapRoom.WITHOUT_TUNNELS + 1000 * HeapRoom.PER_TUNNEL) / 43 * 48 + 48;

    assertThat(tunnels(heap)).isEqualTo(1000);
    assertThat(tunnels(HeapRoom.WITHOUT_TUNNELS / 2)).isZero();
    assertThat(tunnels(Long.MAX_VALUE)).isEqualTo(100_000);
  }

  private static int tunnels(long heap) {
    return Settings.from(
            Configs.withPools("maxTunnels", 100_000),
            List.of(),
            () -> IpPrefix.parse("fd12:3456:789a::/48"),
            new HeapRoom(heap))
        .limits()
        .tunnels();
  }
}
