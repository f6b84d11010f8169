package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WishesReaderTest {

  @Test
  void asksForNothingUnlessTold() {
    Wishes wishes = Configs.forServers("a").settings().wishes();

    assertThat(wishes).isEqualTo(Wishes.NONE);
    assertThat(wishes.router()).isEmpty();
  }

  @Test
  void aPrefixAloneIsAskedForAsOldClientsDo() {
    assertThat(with("prefixLength", 56).settings().wishes().router())
        .contains(RouterRequest.prefix(56));
  }

  @Test
  @Demands({"R-2-10", "R-2-11", "R-5.2-2", "D-2-6", "D-2-7"})
  void namesServersARoutingProtocolAndAnAutonomousSystem() {
    Wishes wishes =
        with("prefixLength", 48)
            .with("nameServers", new String[] {"NS1.Example.net., 192.0.2.53", "2001:db8::53"})
            .with("name", "Gateway")
            .with("routing", "BGP4+")
            .with("as", 4_200_000_001L)
            .settings()
            .wishes();

    assertThat(wishes.name()).contains("gateway");
    assertThat(wishes.router())
        .contains(
            new RouterRequest(
                OptionalInt.of(48),
                Optional.of("bgp"),
                OptionalLong.of(4_200_000_001L),
                List.of(
                    new DnsServer.Name("ns1.example.net"),
                    new DnsServer.Address(IpAddresses.parse("192.0.2.53")),
                    new DnsServer.Address(IpAddresses.parse("2001:db8::53")))));
  }

  @Test
  void knowsTheProtocolsByTheirOtherNames() {
    assertThat(with("prefixLength", 48).with("routing", "ripng").settings().wishes().routing())
        .isEqualTo(RoutingProtocol.RIP);
    assertThat(with("prefixLength", 48).with("routing", "OSPFv3").settings().wishes().routing())
        .isEqualTo(RoutingProtocol.OSPF);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"a b", "-a", "a..b", "a_b", "$(id)", "a;b", "a\nb", "bücher", "300.1.1.1", "a%b"})
  void refusesANameThatIsNone(String name) {
    assertRefused(with("name", name), "name");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ns1", "ns1.example.net;id", "1.2.3", "fe80::1%eth0", "-.example"})
  void refusesANameServerThatIsNone(String server) {
    assertRefused(
        with("prefixLength", 48).with("nameServers", new String[] {server}), "nameServers");
  }

  @Test
  void refusesALabelAndANameThatAreTooLong() {
    assertRefused(with("name", "a".repeat(64)), "name");
    assertRefused(with("name", "a.".repeat(127) + "aa"), "name");
  }

  @Test
  void refusesNameServersWithoutAPrefixAndMoreThanEight() {
    assertRefused(with("nameServers", new String[] {"ns.example.net"}), "set prefixLength");
    assertRefused(
        with("prefixLength", 48).with("nameServers", new String[] {"192.0.2.1 ".repeat(9)}),
        "no more than 8");
  }

  @ParameterizedTest
  @CsvSource({"eigrp, write static", "'', write static", "bgp, set prefixLength"})
  void refusesRoutingThatCannotBe(String routing, String words) {
    assertRefused(with("routing", routing), words);
  }

  @Test
  void refusesToRouteIpv4() {
    assertRefused(
        with("routing", "bgp").with("tunnelType", "v4v6").with("prefixLength", 24), "IPv6 only");
  }

  @Test
  void refusesAnAutonomousSystemThatIsNoneOrWithoutBgp() {
    Configs bgp = with("prefixLength", 48).with("routing", "bgp");
    assertRefused(bgp.with("as", 4_294_967_296L), "as");
    assertRefused(bgp.with("as", -1L), "as");
    assertRefused(with("as", 65_000L), "routing = bgp");
  }

  private static Configs with(String key, Object value) {
    return Configs.forServers("a").with(key, value);
  }

  private static void assertRefused(Configs configs, String words) {
    assertThatThrownBy(configs::settings)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.client.cfg")
        .hasMessageContaining(words);
  }
}
