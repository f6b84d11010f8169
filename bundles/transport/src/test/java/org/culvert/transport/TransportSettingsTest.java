package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TransportSettingsTest {
  private static TransportSettings with(String key, Object value) {
    return TransportSettings.from(Fixtures.config(Map.of(key, value)));
  }

  @Test
  @Demands({"R-4.4.1.1-1", "R-4.4.1.2-1", "R-7-2", "D-6-1"})
  void defaultsServeBothTransportsEverywhere() {
    TransportSettings settings = TransportSettings.from(Fixtures.config(Map.of()));

    assertThat(settings.port()).isEqualTo(3653);
    assertThat(settings.addresses()).isEmpty();
    assertThat(settings.tcp()).isTrue();
    assertThat(settings.udp()).isTrue();
    assertThat(settings.limits().udpRemember()).isGreaterThan(Duration.ofSeconds(66));
    assertThat(settings.limits().rate()).isPositive();
    assertThat(settings.udpMechanisms().allows("DIGEST-MD5")).isTrue();
    assertThat(settings.referral()).isEmpty();
  }

  @Test
  void readsAddressesAndReferral() {
    assertThat(with("addresses", new String[] {" 192.0.2.1", "2001:db8::1", ""}).addresses())
        .containsExactly(IpAddresses.parse("192.0.2.1"), IpAddresses.parse("2001:db8::1"));
    assertThat(with("referral", new String[] {"ts1.example", "192.0.2.9"}).referral())
        .contains(new Referral(List.of("ts1.example", "192.0.2.9")));
  }

  @ParameterizedTest
  @CsvSource({
    "port, 0",
    "port, 65536",
    "sessions, 0",
    "sessions_per_source, 0",
    "phase_seconds, 1",
    "udp_idle_seconds, 0",
    "udp_remember_seconds, 65",
    "udp_remembered, 0",
    "tls_port, 0",
    "tls_port, 65536",
    "rate, -1",
    "rate_burst, 0",
    "rate_slip, -1",
    "failures_per_minute, -1",
    "failures_burst, 0"
  })
  void refusesNumberOutOfRangeAndNamesIt(String key, int value) {
    assertThatThrownBy(() -> with(key, value))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.transport.cfg")
        .hasMessageContaining(key.replace('_', '.'))
        .hasMessageContaining(String.valueOf(value));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "a,b", "a\"b", "a\\b", "a\nb"})
  void refusesRealmThatClientsCannotRead(String realm) {
    assertThatThrownBy(() -> with("realm", realm))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("realm");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "ff02::1", "broker.example", "192.0.2.1/24"})
  void refusesWhatIsNoAddressOfNode(String address) {
    assertThatThrownBy(() -> with("addresses", new String[] {address}))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("addresses");
  }

  @Test
  void refusesReferralWithPortAndMechanismThatIsNone() {
    assertThatThrownBy(() -> with("referral", new String[] {"a b"}))
        .isInstanceOf(InvalidConfigurationException.class);
    assertThatThrownBy(() -> with("tcp_mechanisms", new String[] {"PLAIN TEXT"}))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("tcp.mechanisms");
  }

  @Test
  void readsListsOfConfigurationFile() {
    assertThat(with("addresses", new String[] {"192.0.2.1, 2001:db8::1"}).addresses()).hasSize(2);
    MechanismPolicy policy = with("tcp_mechanisms", new String[] {"*, !PLAIN"}).tcpMechanisms();
    assertThat(policy.allows("PLAIN")).isFalse();
    assertThat(policy.allows("DIGEST-MD5")).isTrue();
  }

  @Test
  void refusesToServeNothing() {
    assertThatThrownBy(
            () ->
                TransportSettings.from(
                    Fixtures.config(Map.of("tcp", false, "udp", false, "tls", false))))
        .isInstanceOf(InvalidConfigurationException.class);
  }

  @Test
  void tlsHasPortOfItsOwn() {
    assertThat(with("realm", "x").tlsPort()).isEqualTo(3654);
    assertThatThrownBy(() -> with("tls_port", 3653))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("tls.port");
  }

  @Test
  void withholdsPlainInTheClearUnlessTold() {
    TransportSettings settings = with("realm", "x");
    assertThat(settings.tcpMechanisms().allows("PLAIN")).isFalse();
    assertThat(settings.udpMechanisms().allows("PLAIN")).isFalse();
    assertThat(settings.tlsMechanisms().allows("PLAIN")).isTrue();
    assertThat(settings.clearPasswords()).isEmpty();

    assertThat(with("tcp_mechanisms", new String[] {"*"}).clearPasswords())
        .containsExactly("tcp.mechanisms");
    assertThat(with("udp_mechanisms", new String[] {"PLAIN"}).clearPasswords())
        .containsExactly("udp.mechanisms");
  }
}
