package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.netdev.HostSetting;
import org.junit.jupiter.api.Test;

class HostSettingsTest {

  @Test
  void readsWhatMayBeChanged() {
    assertThat(HostSettings.from("pid", "", "").allowed()).isEmpty();
    assertThat(HostSettings.from("pid", " forwarding ,neighbors,reversePath", "").allowed())
        .containsExactlyInAnyOrder(HostSetting.values());
  }

  @Test
  void readsWhichInterfacesAreClosedByIntent() {
    assertThat(HostSettings.from("pid", "", " eth1, br-lan.2 ").closed())
        .containsExactlyInAnyOrder("eth1", "br-lan.2");
    assertThatThrownBy(() -> HostSettings.from("some.pid", "", "eth1 eth2"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: closedInterfaces");
  }

  @Test
  void refusesWordsThatAreNone() {
    assertThatThrownBy(() -> HostSettings.from("some.pid", "forward", ""))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: hostSettings")
        .hasMessageContaining("forwarding, neighbors, reversePath");
  }

  @Test
  void refusesTheKernelsOwnTablesAndPrioritiesBehindThem() {
    HostSettings settings = HostSettings.from("some.pid", "", "");

    assertThatThrownBy(() -> settings.withSourceRules("some.pid", true, 254, 5572))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: sourceTable");
    assertThatThrownBy(() -> settings.withSourceRules("some.pid", true, 5572, 32_765))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/some.pid.cfg: sourcePriority");
  }
}
