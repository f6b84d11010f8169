package org.culvert.api.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InvalidConfigurationExceptionTest {

  @Test
  void namesFileKeyValueAndRemedyAndNothingElse() {
    InvalidConfigurationException refused =
        new InvalidConfigurationException("org.culvert.broker", "lifetime", 0, "write 1 or more");

    assertThat(refused)
        .hasMessage("etc/org.culvert.broker.cfg: lifetime = \"0\": write 1 or more")
        .hasNoCause();
    assertThat(refused.getStackTrace()).isEmpty();
  }
}
