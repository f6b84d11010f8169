package org.culvert.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.annotation.Annotation;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTest {

  @Test
  void listensNowhereAndTellsNothingOfUsersUnlessToldTo() {
    Settings settings = Settings.from(config("country", "ZZ"));

    assertThat(settings.whois()).isEmpty();
    assertThat(settings.rdap()).isEmpty();
    assertThat(settings.show()).isEqualTo(Settings.Show.NONE);
  }

  @Test
  void asksTheSmallestNetworkFirst() {
    Settings settings = Settings.from(config("networks", "2001:db8::/32, 2001:db8:8000::/36"));

    assertThat(settings.networks())
        .containsExactly(IpPrefix.parse("2001:db8:8000::/36"), IpPrefix.parse("2001:db8::/32"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "whois | 43",
        "whois | ::1:43",
        "whois | [::1]:65536",
        "whois | localhost:43",
        "rdap | 127.0.0.1",
        "rdapUrl | ftp://x/",
        "rdapUrl | no url",
        "networks | 2001:db8::1/32",
        "contact | -X",
        "contact | É",
        "abuseMailbox | nobody",
        "country | de",
        "source | x",
        "show | all",
        "handles | alice",
        "handles | alice=-",
        "handles | alice=A-1,bob=A-1",
        "handles | alice=A-1,alice=A-2"
      })
  void namesTheKeyThatItRefuses(String key, String value) {
    assertThatThrownBy(() -> Settings.from(config(key, value)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.registry.cfg: " + key + " = ");
  }

  @Test
  void refusesAnOrganisationOfSeveralLines() {
    assertThatThrownBy(() -> Settings.from(config("organisation", "a\nsource: b")))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  private static Config config(String key, String value) {
    InvocationHandler defaults =
        (proxy, method, args) -> {
          if (!method.getName().equals(key)) {
            return method.getDefaultValue();
          }
          return method.getReturnType().isArray() ? new String[] {value} : value;
        };
    return (Config)
        Proxy.newProxyInstance(
            Config.class.getClassLoader(),
            new Class<?>[] {Config.class, Annotation.class},
            defaults);
  }
}
