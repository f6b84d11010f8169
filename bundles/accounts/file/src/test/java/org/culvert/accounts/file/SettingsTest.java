package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Map;
import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {

  @Test
  void defaultsWork() {
    assertThat(Settings.from(TestSettings.config(Map.of()), ""))
        .isEqualTo(
            new Settings(
                Path.of("etc/culvert-users.properties").toAbsolutePath(),
                "culvert",
                true,
                50_000,
                11,
                false));
  }

  @Test
  void relativeFileStartsAtKarafsBase() {
    Settings settings =
        Settings.from(TestSettings.config("etc/users.properties", "culvert", 50_000), "/opt/k");

    assertThat(settings.file()).isEqualTo(Path.of("/opt/k/etc/users.properties"));
    assertThat(settings.copied()).isFalse();
  }

  @Test
  void fileInEtcIsWhereKarafHasItsConfiguration() {
    Settings settings =
        Settings.from(
            TestSettings.config("etc/users.cfg", "culvert", 5000), "/opt/k", "/etc/culvert");

    assertThat(settings.file()).isEqualTo(Path.of("/etc/culvert/users.cfg"));
    assertThat(settings.copied()).isTrue();
  }

  @Test
  void relativeFileWithoutKarafStartsAtTheWorkingDirectory() {
    Settings settings = Settings.from(TestSettings.config("etc/users.cfg", "culvert", 5000), "");

    assertThat(settings.file()).isEqualTo(Path.of("etc/users.cfg").toAbsolutePath());
    assertThat(settings.copied()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "etc/users.cfg, true",
    "etc/users.config, true",
    "/opt/k/etc/users.cfg, true",
    "etc/users.properties, false",
    "etc/culvert/users.cfg, false",
    "/etc/users.cfg, false",
  })
  void filesThatKarafTakesForConfigurationsAreKnown(String file, boolean copied) {
    assertThat(Settings.from(TestSettings.config(file, "culvert", 5000), "/opt/k").copied())
        .isEqualTo(copied);
  }

  @ParameterizedTest
  @CsvSource({
    "'', culvert, 5000, file",
    "x, '', 5000, realm",
    "x, 'a,b', 5000, realm",
    "x, 'a b', 5000, realm",
    "x, 'a\"b', 5000, realm",
    "x, culvert, 4095, iterations",
    "x, culvert, 10000001, iterations",
  })
  void impossibleValuesAreRefusedByName(String file, String realm, int iterations, String key) {
    assertThatThrownBy(() -> Settings.from(TestSettings.config(file, realm, iterations), ""))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("etc/org.culvert.accounts.file.cfg: " + key + " = ");
  }

  @ParameterizedTest
  @ValueSource(ints = {7, 17})
  void impossibleCostsAreRefused(int cost) {
    assertThatThrownBy(() -> Settings.from(TestSettings.config(Map.of("bcryptCost", cost)), ""))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("bcryptCost = \"" + cost + "\": write a number from 8 to 16");
  }
}
