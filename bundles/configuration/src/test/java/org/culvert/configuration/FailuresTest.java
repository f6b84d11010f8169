package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.Test;
import org.osgi.framework.dto.BundleDTO;
import org.osgi.service.component.runtime.dto.ComponentConfigurationDTO;
import org.osgi.service.component.runtime.dto.ComponentDescriptionDTO;

class FailuresTest {
  @Test
  void findsTheOneLineMeantForTheOperator() {
    InvalidConfigurationException refusal =
        new InvalidConfigurationException("org.culvert.broker", "mtu", 12, "write 1280 or more");

    assertThat(
            failure(
                    "java.lang.reflect.InvocationTargetException\n\tat Somewhere\nCaused by: "
                        + refusal
                        + "\n")
                .mistake())
        .hasValue(
            new Mistake(
                "org.culvert.broker",
                true,
                "etc/org.culvert.broker.cfg: mtu = \"12\": write 1280 or more"));
  }

  @Test
  void otherFailuresAreNotTheConfigurationsFault() {
    assertThat(failure("java.lang.IllegalStateException: disk full\n\tat Somewhere\n").mistake())
        .isEmpty();
  }

  @Test
  void whatTheComponentSaidIsFoundInTheRuntimesWrapping() {
    String wrapped = "java.lang.reflect.InvocationTargetException\n\tat X\nCaused by: ";

    assertThat(failure(wrapped + "a.B: one\n\tat X\nCaused by: c.D: two\n\tat Y\n").cause())
        .isEqualTo("a.B: one");
    assertThat(failure("java.lang.IllegalStateException: one\nCaused by: c.D: two\n").cause())
        .isEqualTo("one");
    assertThat(failure(wrapped.replace("Caused by: ", "")).cause())
        .isEqualTo("java.lang.reflect.InvocationTargetException");
    assertThat(failure("").cause()).isEmpty();
  }

  @Test
  void theFileOfOneOfSeveralIsCalledByItsName() {
    ComponentDescriptionDTO component = new ComponentDescriptionDTO();
    component.configurationPid = new String[] {"org.culvert.dns.update"};
    component.bundle = new BundleDTO();
    ComponentConfigurationDTO one = new ComponentConfigurationDTO();
    one.properties =
        Map.of("felix.fileinstall.filename", "file:/opt/etc/org.culvert.dns.update-home.cfg");
    one.failure =
        "org.culvert.api.config.InvalidConfigurationException:"
            + " etc/org.culvert.dns.update-*.cfg: zones = \"\": write one\n";

    assertThat(Failures.failure(component, one).mistake().orElseThrow().text())
        .isEqualTo("etc/org.culvert.dns.update-home.cfg: zones = \"\": write one");
  }

  @Test
  void whoOnlyLackedAnotherIsNotToBlame() {
    assertThat(
            failure("java.lang.InstantiationException: Unable to get service for reference broker")
                .isConsequence())
        .isTrue();
    assertThat(failure("java.net.BindException: in use").isConsequence()).isFalse();
  }

  private static Failures.Failure failure(String text) {
    ComponentDescriptionDTO component = new ComponentDescriptionDTO();
    component.configurationPid = new String[] {"org.culvert.broker"};
    component.name = "Broker";
    component.bundle = new BundleDTO();
    component.bundle.symbolicName = "org.culvert.broker";
    ComponentConfigurationDTO one = new ComponentConfigurationDTO();
    one.failure = text;
    return Failures.failure(component, one);
  }
}
