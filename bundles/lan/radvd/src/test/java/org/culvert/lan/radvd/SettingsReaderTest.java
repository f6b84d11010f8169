package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.lan.radvd.LanSettings.Lan;
import org.culvert.lan.radvd.LanSettings.Opening;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsReaderTest {

  @Test
  void anInterfaceIsEnough() {
    LanSettings settings = Configs.of("eth1").settings();

    assertThat(settings.lans()).containsExactly(new Lan("eth1", Optional.empty()));
    assertThat(settings.firewall()).isTrue();
    assertThat(settings.forwarding()).isTrue();
    assertThat(settings.announce()).isTrue();
    assertThat(settings.open()).isEmpty();
    assertThat(settings.resolvers()).isEmpty();
    assertThat(settings.directory()).isEqualTo(Path.of("data/culvert/lan-radvd").toAbsolutePath());
  }

  @Test
  void readsNumbersOfSubnetsAndServices() {
    LanSettings settings =
        Configs.of("eth1, br-lan=5 vlan.7=0xff")
            .with("open", new String[] {"udp/53,tcp/53"})
            .settings();

    assertThat(settings.lans())
        .containsExactly(
            new Lan("eth1", Optional.empty()),
            new Lan("br-lan", Optional.of(5L)),
            new Lan("vlan.7", Optional.of(255L)));
    assertThat(settings.open()).containsExactly(new Opening("udp", 53), new Opening("tcp", 53));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "eth1;reboot",
        "-6",
        "eth1{",
        "..//x",
        "$(id)",
        "eth\"1",
        "sixteen-letters-",
        "été",
        "eth1=",
        "eth1=-1",
        "eth1=x",
        "eth1=9999999999999999",
        "eth1 eth1",
        "eth1=3 eth2=3"
      })
  void refusesInterfacesThatAreNone(String text) {
    assertRefused(Configs.of(text), "interfaces");
  }

  @Test
  void refusesMoreLansServicesAndResolversThanThereCanBe() {
    assertRefused(
        Configs.of(IntStream.range(0, 65).mapToObj(i -> "e" + i).toArray(String[]::new)),
        "interfaces");
    assertRefused(
        Configs.of("e")
            .with("open", IntStream.range(1, 34).mapToObj(i -> "tcp/" + i).toArray(String[]::new)),
        "open");
    assertRefused(Configs.of("e").with("resolvers", new String[] {"::1 ::2 ::3 ::4"}), "resolvers");
  }

  @ParameterizedTest
  @CsvSource({
    "address, 2001:db8::1",
    "address, ::",
    "address, 10.0.0.1",
    "address, ''",
    "radvd, /bin/radvd -x",
    "radvd, ''",
    "radvd, ../radvd"
  })
  void refusesTextsThatMakeNoSense(String key, String value) {
    assertRefused(Configs.of("e").with(key, value), key + " = \"" + value + "\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tcp/0", "tcp/65536", "sctp/1", "tcp/53;", "TCP/53"})
  void refusesServicesThatAreNone(String text) {
    assertRefused(Configs.of("e").with("open", new String[] {text}), "open");
  }

  @ParameterizedTest
  @CsvSource({
    "preferredLifetime, 29",
    "preferredLifetime, 5401",
    "validLifetime, 59",
    "validLifetime, 2592001",
    "routerLifetime, 29",
    "routerLifetime, 65536",
    "farewell, -1",
    "farewell, 7201"
  })
  void refusesNumbersOutOfRange(String key, int value) {
    assertRefused(Configs.of("e").with(key, value), key + " = \"" + value + "\"");
  }

  private static void assertRefused(Configs configs, String words) {
    assertThatThrownBy(configs::settings)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.lan.radvd.cfg")
        .hasMessageContaining(words);
  }
}
