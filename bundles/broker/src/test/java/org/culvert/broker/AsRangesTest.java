package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AsRangesTest {

  @Test
  void readsNumbersAndRanges() {
    AsRanges ranges = AsRanges.from("clientAs", new String[] {"64512 - 64513, 65000", "1"});

    assertThat(ranges.size()).isEqualTo(4);
    assertThat(ranges.at(0)).isEqualTo(64_512);
    assertThat(ranges.at(1)).isEqualTo(64_513);
    assertThat(ranges.at(2)).isEqualTo(65_000);
    assertThat(ranges.at(3)).isEqualTo(1);
    assertThat(ranges.contains(65_000)).isTrue();
    assertThat(ranges.contains(64_514)).isFalse();
  }

  @Test
  void reservedNumbersAreNobodysThoughARangeSpansThem() {
    AsRanges all = AsRanges.from("clientAsAllowed", new String[] {"1-4294967294"});

    for (long reserved : new long[] {0, 23_456, 65_535, 4_294_967_295L, -1}) {
      assertThat(all.contains(reserved)).as("AS %d", reserved).isFalse();
    }
    assertThat(all.contains(4_294_967_294L)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0",
        "65535",
        "23456",
        "4294967295",
        "99999999999",
        "64513-64512",
        "64512-",
        "-64512",
        "a",
        "1.10",
        "64512-64513-64514",
        "0x10",
        "+1"
      })
  void refusesByName(String text) {
    assertThatThrownBy(() -> AsRanges.from("clientAs", new String[] {text}))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.broker.cfg: clientAs = \"" + text + "\"");
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 23_456, 65_535, 4_294_967_295L})
  void refusesToBeWhatNobodyIs(long as) {
    assertThatThrownBy(() -> RoutingSettings.from(Configs.withPools("asNumber", as)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("asNumber");
  }
}
