package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.testkit.net.InMemoryNetworkDevices;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EndpointSettingsTest {

  @Test
  void takesOrdinaryNames() {
    assertThat(EndpointSettings.from("pid", "server", "culvert0", 1280, "auto").device())
        .isEqualTo("culvert0");
    assertThat(EndpointSettings.from("pid", "server", "a.b-c_d12345678", 9216, "auto").mtu())
        .isEqualTo(9216);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "..", "a b", "a/b", "-a", "a;b", "a%d", "sixteen-letters-", "ä"})
  void refusesNamesThatAreNone(String device) {
    assertThatThrownBy(() -> EndpointSettings.from("some.pid", "server", device, 1280, "auto"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: device");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Userspace", "USERSPACE", " userspace "})
  void takesTheNameOfADatapathInAnyCase(String written) {
    assertThat(EndpointSettings.from("pid", "server", "culvert0", 1280, written).datapath())
        .isEqualTo("userspace");
  }

  @ParameterizedTest
  @ValueSource(strings = {"server", "client"})
  void refusesTheNameOfAnInterfaceOfTheHost(String role) {
    InMemoryNetworkDevices host = new InMemoryNetworkDevices();
    host.addInterface("eth0");

    assertThatThrownBy(
            () -> EndpointSettings.from("some.pid", role, "eth0", 1280, "auto").besides(host))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: device = \"eth0\"")
        .hasMessageContaining("interface eth0");
    assertThat(EndpointSettings.from("some.pid", role, "eth1", 1280, "auto").besides(host).device())
        .isEqualTo("eth1");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1279, 9217})
  void refusesAnMtuThatIsTooSmallOrTooLarge(int mtu) {
    assertThatThrownBy(() -> EndpointSettings.from("some.pid", "server", "culvert0", mtu, "auto"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: mtu");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "kernel;", "../x", "a b", "-a", "a%d"})
  void refusesDatapathsWithANameThatNoneHas(String datapath) {
    assertThatThrownBy(
            () -> EndpointSettings.from("some.pid", "server", "culvert0", 1280, datapath))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: datapath")
        .hasMessageContaining("auto");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 1_000_000_001})
  void refusesAMetricThatIsNone(int metric) {
    EndpointSettings settings = EndpointSettings.from("some.pid", "client", "tun", 1280, "auto");

    assertThatThrownBy(() -> settings.withDefaultRouteMetric(metric))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: defaultRouteMetric");
  }

  @Test
  void allowsEveryDatapathOrTheOneThatIsNamed() {
    EndpointSettings any = EndpointSettings.from("pid", "server", "culvert0", 1280, "auto");
    EndpointSettings one = EndpointSettings.from("pid", "server", "culvert0", 1280, "kernel");

    assertThat(any.allows("kernel")).isTrue();
    assertThat(any.allows("userspace")).isTrue();
    assertThat(one.allows("kernel")).isTrue();
    assertThat(one.allows("userspace")).isFalse();
  }
}
