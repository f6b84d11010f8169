package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.SplittableRandom;
import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;

class SettingsTest {
  @Test
  void defaultsAreAccepted() {
    assertThat(Settings.from(config(Map.of())).longestRetry()).isEqualTo(Duration.ofMinutes(5));
    assertThat(Settings.from(config(Map.of("verifySeconds", 0L))).verify()).isZero();
  }

  @Test
  void refusesByNameWhatCannotBe() {
    for (String key :
        new String[] {
          "firstRetryMillis",
          "longestRetrySeconds",
          "serviceTimeoutSeconds",
          "leaveSeconds",
          "absenceSeconds",
          "verifySeconds"
        }) {
      assertThatThrownBy(() -> Settings.from(config(Map.of(key, -1L))))
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining("etc/org.culvert.provisioning.cfg: " + key + " = \"-1\"");
    }
    assertThatThrownBy(
            () ->
                Settings.from(
                    config(Map.of("firstRetryMillis", 5_000L, "longestRetrySeconds", 1L))))
        .hasMessageContaining("longestRetrySeconds");
  }

  @Test
  void backsOffToTheLongestAndNeverBeyond() {
    Settings settings = Settings.from(config(Map.of()));
    SplittableRandom random = new SplittableRandom(1);

    assertThat(settings.backOff(1, random))
        .isBetween(Duration.ofMillis(750), Duration.ofSeconds(1));
    assertThat(settings.backOff(4, random)).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(8));
    assertThat(settings.backOff(Integer.MAX_VALUE, random))
        .isBetween(Duration.ofSeconds(225), Duration.ofSeconds(300));
  }

  private static Config config(Map<String, Object> values) {
    return (Config)
        Proxy.newProxyInstance(
            Config.class.getClassLoader(),
            new Class<?>[] {Config.class},
            (proxy, method, arguments) ->
                values.getOrDefault(method.getName(), method.getDefaultValue()));
  }
}
