package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;

class FailedComponentsTest {
  @Test
  void findsTheOneLineMeantForTheOperator() {
    InvalidConfigurationException refusal =
        new InvalidConfigurationException("org.culvert.broker", "mtu", 12, "write 1280 or more");
    ComponentConfigurationDTO component = new ComponentConfigurationDTO();
    component.failure =
        "java.lang.reflect.InvocationTargetException\n\tat Somewhere\nCaused by: " + refusal + "\n";

    assertThat(FailedComponents.refusal(component))
        .containsExactly("etc/org.culvert.broker.cfg: mtu = \"12\": write 1280 or more");
  }

  @Test
  void otherFailuresAreNotTheConfigurationsFault() {
    ComponentConfigurationDTO component = new ComponentConfigurationDTO();
    component.failure = "java.lang.IllegalStateException: disk full\n\tat Somewhere\n";

    assertThat(FailedComponents.refusal(component)).isEmpty();
    assertThat(FailedComponents.refusal(new ComponentConfigurationDTO())).isEmpty();
  }
}
