package org.culvert.routing.bird;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.service.RoutingProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BirdSettingsTest {
  @Test
  void worksByItsDefaults() {
    BirdSettings settings = Configs.settings(Map.of());

    assertThat(settings.protocols())
        .containsExactlyInAnyOrder(RoutingProtocol.BGP, RoutingProtocol.OSPF, RoutingProtocol.RIP);
    assertThat(settings.announced()).isEqualTo(RoutePolicy.DEFAULT);
    assertThat(settings.socket()).isEqualTo(BirdSettings.USUAL_SOCKET);
    assertThat(settings.directory()).isEqualTo(BirdSettings.USUAL_DIRECTORY);
  }

  @ParameterizedTest
  @CsvSource({
    "longestPrefix, 47",
    "longestPrefix, 129",
    "maximumPrefixes, 0",
    "maximumReceived, 15",
    "client_maximumPrefixes, 0",
    "client_maximumReceived, 999",
    "keepAlive, 0",
    "holdTime, 29",
    "holdTime, 65536",
    "connectRetry, 0",
    "ospf_hello, 0",
    "rip_update, 0",
    "timeout, 0",
    "timeout, 13"
  })
  void refusesNumbersOutOfRange(String key, int value) {
    refuses(key, value);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "bird.ctl",
        "/run/bird\".ctl",
        "/run/*/x",
        "/a b",
        "/a\nb",
        "/a;b",
        "/ä",
        "/{a}"
      })
  void refusesPathsThatCouldBeReadOtherwise(String path) {
    refuses("socket", path);
    refuses("directory", path);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "6", "master6; }", "mäster"})
  void refusesATableThatIsNoSymbol(String table) {
    refuses("table", table);
  }

  @ParameterizedTest
  @ValueSource(strings = {"static", "isis", "b g p", "bgp;"})
  void refusesProtocolsThatItDoesNotSpeak(String protocol) {
    refuses("protocols", new String[] {"bgp", protocol});
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"any", "192.0.2.0/24", "2001:db8::1/32", "2001:db8::/129", "all", "::/0 ]"})
  void refusesToAnnounceWhatIsNoPrefix(String entry) {
    refuses("announce", new String[] {entry});
  }

  @Test
  void readsPoliciesInAnyWriting() {
    BirdSettings settings =
        Configs.settings(
            Map.of(
                "announce", new String[] {"none"},
                "client_accept", new String[] {"Default, 2001:db8::/32"},
                "protocols", new String[] {"BGP4+,ripng"}));

    assertThat(settings.announced()).isEqualTo(RoutePolicy.NONE);
    assertThat(settings.accepted().condition()).isEqualTo("net ~ [ ::/0, 2001:db8::/32 ]");
    assertThat(settings.protocols())
        .containsExactlyInAnyOrder(RoutingProtocol.BGP, RoutingProtocol.RIP);
  }

  private static void refuses(String key, Object value) {
    assertThatThrownBy(() -> Configs.settings(Map.of(key, value)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("etc/org.culvert.routing.bird.cfg: " + key.replace('_', '.'));
  }
}
