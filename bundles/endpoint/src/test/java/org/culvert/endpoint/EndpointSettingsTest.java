package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointSettingsTest {

  @Test
  void takesOrdinaryNames() {
    assertThat(EndpointSettings.from("pid", "server", "culvert0", 1280).device())
        .isEqualTo("culvert0");
    assertThat(EndpointSettings.from("pid", "server", "a.b-c_d12345678", 9216).mtu())
        .isEqualTo(9216);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a b", "a/b", "-a", "a;b", "a%d", "sixteen-letters-", "ä"})
  void refusesNamesThatAreNone(String device) {
    assertThatThrownBy(() -> EndpointSettings.from("some.pid", "server", device, 1280))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: device");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1279, 9217})
  void refusesAnMtuThatIsTooSmallOrTooLarge(int mtu) {
    assertThatThrownBy(() -> EndpointSettings.from("some.pid", "server", "culvert0", mtu))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: mtu");
  }
}
