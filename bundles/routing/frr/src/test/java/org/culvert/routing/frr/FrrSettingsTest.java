package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class FrrSettingsTest {

  @Test
  void hasDefaultsThatWork() {
    FrrSettings settings = Configs.settings(Map.of());

    assertThat(settings.protocols())
        .containsExactlyInAnyOrder(RoutingProtocol.BGP, RoutingProtocol.RIP);
    assertThat(settings.announced()).isEqualTo(Routes.DEFAULT);
    assertThat(settings.accepted()).isEqualTo(Routes.DEFAULT);
    assertThat(settings.ttlSecurity()).isTrue();
    assertThat(settings.instance().options()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "vtysh|vtysh",
        "vtysh|/nowhere/vtysh",
        "pathspace|a b",
        "pathspace|../x",
        "vtyDirectory|run/frr",
        "vtyDirectory|/run/frr;reboot",
        "protocols|ospf",
        "protocols|isis",
        "protocols|;",
        "announce|2001:db8::1/32",
        "announce|192.0.2.0/24",
        "announce|any",
        "announce|::/0 le 64",
        "client.accept|everything",
        "routerId|0.0.0.0",
        "routerId|224.0.0.1",
        "routerId|router"
      })
  void refusesWordsThatFrrMustNotBeTold(String key, String value) {
    boolean isList = List.of("protocols", "announce", "client.accept").contains(key);
    Object given = isList ? new String[] {value} : value;

    assertThatThrownBy(() -> Configs.settings(Map.of(key.replace('.', '_'), given)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("etc/org.culvert.routing.frr.cfg: " + key + " = \"" + value);
  }

  @ParameterizedTest
  @CsvSource({
    "timeout,0",
    "timeout,10",
    "longestPrefix,47",
    "longestPrefix,129",
    "maximumPrefixes,0",
    "restart,0",
    "client_maximumPrefixes,0",
    "keepAlive,0",
    "holdTime,29",
    "connectRetry,0"
  })
  void refusesNumbersOutOfRange(String key, int value) {
    assertThatThrownBy(() -> Configs.settings(Map.of(key, value)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(key.replace('_', '.') + " = \"" + value + "\"");
  }

  @Test
  void refusesMoreThanOneWayToFindFrr() {
    assertThatThrownBy(
            () -> Configs.settings(Map.of("pathspace", "one", "vtyDirectory", "/run/two")))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("not both");
  }

  @Test
  void refusesALongList() {
    String[] many = new String[65];
    java.util.Arrays.setAll(many, i -> "2001:db8:" + Integer.toHexString(i) + "::/48");

    assertThatThrownBy(() -> Configs.settings(Map.of("announce", many)))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("write at most 64");
  }

  @Test
  void tellsOneFrrFromAnother() {
    assertThat(Configs.settings(Map.of("pathspace", "one")).instance())
        .isEqualTo(new FrrSettings.Instance("one", List.of("-N", "one")));
    assertThat(Configs.settings(Map.of("vtyDirectory", "/run/two")).instance())
        .isEqualTo(new FrrSettings.Instance("/run/two", List.of("--vty_socket", "/run/two")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tun 0", "tun0\nnetwork eth0", "$(id)", "", "tün", "a/b", "-x"})
  void doesNotPassOnADeviceThatIsNone(String device) {
    RipngLines ripng = new RipngLines(Configs.settings(Map.of()));
    var tunnel = Tunnels.rip(Side.SERVER).on(java.util.Optional.of(device));

    assertThatThrownBy(() -> ripng.lines(tunnel, RunningConfig.parse("")))
        .isInstanceOf(ServiceException.class)
        .hasMessage("a device's name that FRR cannot be told");
  }

  @Test
  void hashesATunnelsId() {
    Mark mark = Mark.of("a\nb; ü %s");

    assertThat(mark.hex()).matches("[0-9a-f]{16}");
    assertThat(mark.tag()).isBetween(1L, 0xFFFF_FFFFL);
    assertThat(Mark.of("other")).isNotEqualTo(mark);
    assertThat(Mark.in("x " + mark.in() + " y")).contains(mark);
    assertThat(Mark.in("CULVERT-BGP-65000")).isEmpty();
    assertThat(Mark.ofDescription("culvert " + mark.hex() + "0")).isEmpty();
  }
}
