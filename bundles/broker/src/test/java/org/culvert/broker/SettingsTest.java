package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.tcp;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.stream.IntStream;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.SignalingPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an operator can write, and what is made of it. */
class SettingsTest {
  private static final SignalingPath OVER_IPV4 = tcp(HOME);
  private static final SignalingPath OVER_IPV6 = tcp("2001:db8:e::2");

  @ParameterizedTest
  @CsvSource({
    "ipv4Length, 31",
    "ipv4Length, 24",
    "ipv4Pool, 10.64.0.0/30",
    "ipv4Pool, 10.0.0.0/7",
    "ipv4Pool, 10.64.0.1/16",
    "ipv4Pool, 10.64.0.0",
    "ipv4Pool, 2001:db8::/64",
    "ipv4Pool, 127.0.0.0/8",
    "ipv4Pool, 224.0.0.0/8",
    "ipv4Pool, 169.254.0.0/16",
    "anonymousIpv4Pool, 10.64.1.0/24",
    "missedKeepAlives, 2",
    "pathMtu, 1327",
    "pathMtu, 65536",
    "mtu, 1279",
  })
  void refusesByName(String key, String value) {
    Object typed = value.matches("\\d+") ? (Object) Integer.valueOf(value) : value;
    Object[] pool = {"ipv4Pool", "10.64.0.0/16", key, typed};

    assertThatThrownBy(() -> settings(pool))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.broker.cfg: " + key + " = \"" + value + "\"");
  }

  @Test
  void refusesAnAnonymousIpv4PoolAlone() {
    assertThatThrownBy(() -> settings("anonymousIpv4Pool", "10.65.0.0/24"))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("ipv4Pool");
  }

  @ParameterizedTest
  @CsvSource({
    "1280, 1500, 1280, 1280, 1280",
    "9000, 1500, 1480, 1472, 1460",
    "1470, 1500, 1470, 1470, 1460",
    "9000, 1328, 1308, 1300, 1288",
    "1400, 9000, 1400, 1400, 1400"
  })
  void leavesRoomForTheOuterHeaders(int mtu, int pathMtu, int inIpv4, int inUdp, int inIpv6) {
    Mtu inner = settings("mtu", mtu, "pathMtu", pathMtu).mtu();

    assertThat(inner.of(between("192.0.2.1", "198.51.100.2", 0))).isEqualTo(inIpv4);
    assertThat(inner.of(between("192.0.2.1", "198.51.100.2", 3653))).isEqualTo(inUdp);
    assertThat(inner.of(between("2001:db8::1", "2001:db8::2", 0))).isEqualTo(inIpv6);
  }

  private static OuterEndpoints between(String here, String there, int port) {
    return new OuterEndpoints(
        new InetSocketAddress(IpAddresses.parse(here), port),
        new InetSocketAddress(IpAddresses.parse(there), port));
  }

  @ParameterizedTest
  @ValueSource(strings = {"referrals", "busyReferrals"})
  void refusesWhatIsNoBroker(String key) {
    for (String broker :
        List.of(
            "192.0.2.1:3653",
            "[2001:db8::1]",
            "a b",
            "-a.example",
            "a..example",
            "192.0.2.300",
            "0.0.0.0",
            "ff02::1",
            "x".repeat(64) + ".example")) {
      assertThatThrownBy(() -> settings(key, new String[] {broker}))
          .as(broker)
          .isInstanceOf(InvalidConfigurationException.class)
          .hasMessageContaining(key);
    }
    String[] many =
        IntStream.range(0, Referrals.MAX_BROKERS + 1)
            .mapToObj(i -> "ts" + i + ".example")
            .toArray(String[]::new);
    assertThatThrownBy(() -> settings(key, many))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("at most 50");
  }

  @Test
  void namesTheBrokersThatAClientCanReachAndNeverTheOneItCameTo() {
    Referrals referrals =
        settings(
                "referrals",
                new String[] {"192.0.2.1, 192.0.2.7, ts1.example, 2001:db8::7, 2001:db8:f::1"})
            .referrals();

    assertThat(referrals.full(OVER_IPV4, "full").referral().orElseThrow().brokers())
        .containsExactly("192.0.2.7", "ts1.example");
    assertThat(referrals.full(OVER_IPV6, "full").referral().orElseThrow().brokers())
        .containsExactly("ts1.example", "2001:db8::7");
    assertThat(referrals.full(OVER_IPV4, "full").code()).isEqualTo(StatusCode.NO_MORE_TUNNELS);
    assertThat(referrals.busy(OVER_IPV4, "busy").referral()).isEmpty();
  }

  @Test
  void namesNobodyWhenNobodyIsLeft() {
    Referrals referrals =
        settings("busyReferrals", new String[] {"192.0.2.1, 2001:db8::7"}).referrals();

    assertThat(referrals.busy(OVER_IPV4, "busy").referral()).isEmpty();
    assertThat(referrals.busy(OVER_IPV6, "busy").referral().orElseThrow().brokers())
        .containsExactly("2001:db8::7");
  }

  private static Settings settings(Object... keysAndValues) {
    return Configs.settings(Configs.withPools(keysAndValues));
  }
}
