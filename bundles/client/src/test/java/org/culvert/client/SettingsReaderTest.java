package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsReaderTest {

  @Test
  @Demands({"R-4.4.1.1-1", "R-4.4.1.2-1", "R-7-2", "R-6.5-1", "D-5.5-1", "D-6-1"})
  void nameAndPasswordAreEnough() {
    ClientSettings settings =
        Configs.forServers("tb.example").with("user", "alice").with("password", "s3").settings();

    assertThat(settings.servers()).containsExactly(new BrokerAddress("tb.example", 3653));
    assertThat(settings.credentials().user()).contains("alice");
    assertThat(settings.tunnelType()).isEqualTo(TunnelType.V6ANYV4);
    assertThat(settings.keepAlive()).contains(Duration.ofSeconds(25));
    assertThat(settings.routes()).containsExactly(IpPrefix.parse("::/0"));
    assertThat(settings.transports()).containsExactly(Transport.UDP, Transport.TCP);
    assertThat(settings.wishes()).isEqualTo(Wishes.NONE);
    assertThat(settings.state()).isEqualTo(Path.of("data/culvert/client-state.properties"));
  }

  @Test
  void isAnonymousWithoutNameAndPassword() {
    assertThat(Configs.forServers("tb.example").settings().credentials().isAnonymous()).isTrue();
  }

  @Test
  void readsAListThatIsWrittenAsOneString() {
    assertThat(Configs.forServers("a.example, [2001:db8::1]:99 192.0.2.1").settings().servers())
        .containsExactly(
            new BrokerAddress("a.example", 3653),
            new BrokerAddress("2001:db8::1", 99),
            new BrokerAddress("192.0.2.1", 3653));
  }

  @Test
  void sendsEverythingOfTheInnerFamilyIntoATunnelOfIpv4() {
    assertThat(Configs.forServers("a").with("tunnelType", "v4v6").settings().routes())
        .containsExactly(IpPrefix.parse("0.0.0.0/0"));
  }

  @Test
  void refusesPasswordWithoutUserAndKeepsItToItself() {
    assertThatThrownBy(() -> Configs.forServers("a").with("password", "canary").settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.client.cfg: user")
        .hasMessageNotContaining("canary");
  }

  @Test
  void refusesUserWithoutPassword() {
    assertThatThrownBy(() -> Configs.forServers("a").with("user", "alice").settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.client.cfg: password");
  }

  @Test
  void refusesToRunWithoutABroker() {
    assertThatThrownBy(() -> new Configs().settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("server")
        .hasMessageContaining("write host");
  }

  @ParameterizedTest
  @CsvSource({
    "tunnelType, v6v6",
    "tunnelType, ''",
    "transports, sctp",
    "referrals, some",
    "mechanisms, SCRAM+",
    "server, tb.example:0",
    "server, [2001:db8::1",
    "server, 300.1.1.1",
    "server, a_b:x"
  })
  void refusesWhatMakesNoSenseByName(String key, String value) {
    Object given = key.equals("server") || key.equals("mechanisms") ? new String[] {value} : value;

    assertThatThrownBy(() -> Configs.forServers("a").with(key, given).settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(key + " = \"" + value + "\"");
  }

  @ParameterizedTest
  @CsvSource({
    "mtu, 1279",
    "mtu, 9001",
    "prefixLength, 129",
    "prefixLength, -1",
    "keepAlive, -1",
    "keepAlive, 3601",
    "retryMin, 0",
    "retryMin, 301",
    "retryMax, 86401"
  })
  void refusesNumbersOutOfRangeByName(String key, int value) {
    assertThatThrownBy(() -> Configs.forServers("a").with(key, value).settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(key + " = \"" + value + "\"");
  }

  @Test
  void refusesUdpTunnelOverTcp() {
    assertThatThrownBy(
            () ->
                Configs.forServers("a")
                    .with("tunnelType", "v6udpv4")
                    .with("transports", "tcp")
                    .settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("transports");
  }

  @Test
  void refusesRoutesBesideTheDefaultRoute() {
    assertThatThrownBy(
            () -> Configs.forServers("a").with("routes", new String[] {"2001:db8::/32"}).settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("defaultRoute = false");
  }

  @Test
  void takesRoutesWithoutTheDefaultRoute() {
    Configs configs = Configs.forServers("a").with("defaultRoute", false);

    assertThat(configs.settings().routes()).isEmpty();
    assertThat(configs.with("routes", new String[] {"2001:db8::/32"}).settings().routes())
        .containsExactly(IpPrefix.parse("2001:db8::/32"));
    assertThatThrownBy(() -> configs.with("routes", new String[] {"10.0.0.0/8"}).settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("IPv6");
  }

  @Test
  void sendsNoPasswordInTheClearUnlessTold() {
    Configs configs = Configs.forServers("a").with("user", "u").with("password", "s");

    assertThat(configs.settings().credentials().allow("PLAIN", false)).isFalse();
    assertThat(configs.with("plainInClear", true).settings().credentials().allow("PLAIN", false))
        .isTrue();
  }

  @Test
  void keepsToTheMechanismsThatAreDemanded() {
    Credentials credentials =
        Configs.forServers("a")
            .with("user", "u")
            .with("password", "s")
            .with("mechanisms", new String[] {"scram-sha-256-plus, SCRAM-SHA-256"})
            .settings()
            .credentials();

    assertThat(credentials.allow("SCRAM-SHA-256-PLUS", true)).isTrue();
    assertThat(credentials.allow("SCRAM-SHA-256", true)).isTrue();
    assertThat(credentials.allow("DIGEST-MD5", true)).isFalse();
  }

  @Test
  void takesTheUserFromTheCertificateWithExternal() {
    Configs configs =
        Configs.forServers("a")
            .with("transports", "tls")
            .with("mechanisms", new String[] {"EXTERNAL"});
    assertThat(configs.settings().credentials().isByCertificate()).isTrue();

    assertRefused(
        configs.with("user", "alice").with("password", "canary"), "the certificate names");
    assertRefused(
        Configs.forServers("a").with("mechanisms", new String[] {"EXTERNAL"}),
        "write transports = tls");
  }

  @Test
  void asksOnThePortOfTls() {
    assertThat(
            Configs.forServers("tb.example, b.example:99")
                .with("transports", "tls")
                .settings()
                .servers())
        .containsExactly(new BrokerAddress("tb.example", 3654), new BrokerAddress("b.example", 99));
  }

  @Test
  void refusesUdpTunnelOverTls() {
    assertRefused(
        Configs.forServers("a").with("tunnelType", "v6udpv4").with("transports", "tls"),
        "transports");
  }

  @Test
  void followsOnlyReferralsOfBrokersThatProvedWhoTheyAre() {
    assertThat(Configs.forServers("a").settings().referrals())
        .isEqualTo(ReferralTrust.AUTHENTICATED);
    assertThat(Configs.forServers("a").with("referrals", "any").settings().referrals())
        .isEqualTo(ReferralTrust.ANY);
  }

  private static void assertRefused(Configs configs, String words) {
    assertThatThrownBy(configs::settings)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining(words)
        .hasMessageNotContaining("canary");
  }

  @Test
  void settingsNeverShowThePassword() {
    assertThat(Configs.forServers("a").with("user", "u").with("password", "canary").settings())
        .asString()
        .doesNotContain("canary");
  }
}
