package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.dns.update.Tunnels.address;
import static org.culvert.dns.update.Tunnels.named;
import static org.culvert.dns.update.Tunnels.request;

import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NameServerRulesTest {
  private static final String PREFIX = "2001:db8:1234::/48";
  private static final String CUT = "4.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa";

  private static void check(NameRequest request, Object... written) {
    DnsSettings settings = SettingsReader.from(Configurations.of(written));
    settings
        .nameServers()
        .check(request, settings.names().name(request.owner(), false, Optional.empty()));
  }

  private static void refuses(NameRequest request, String why, Object... written) {
    assertThatThrownBy(() -> check(request, written))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> assertThat(e.code()).isEqualTo(StatusCode.DNS_DELEGATION_ERROR))
        .hasMessageContaining(why);
  }

  private static NameRequest naming(DnsServer... servers) {
    return request("alice", "2001:db8:100::2", PREFIX, servers);
  }

  @Test
  void grantsServersOfTheInternetAndOfOwnPrefix() {
    assertThatCode(
            () ->
                check(
                    naming(
                        address("192.0.2.5"),
                        address("2001:db8::1"),
                        address("2001:db8:1234::53"),
                        named("ns1.alice.example"))))
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "0.0.0.0",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "100.64.0.1",
        "169.254.1.1",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fd00::1",
        "ff02::1",
        "fec0::1",
        "64:ff9b::7f00:1",
        "2001:0::1",
        "2002:7f00:1::1"
      })
  void refusesAddressesThatAreNotGlobal(String address) {
    refuses(naming(address(address)), "cannot be the client's name server");
  }

  @Test
  void refusesTheServerThatIsUpdated() {
    refuses(naming(address("192.0.2.53")), "192.0.2.53 cannot be", "server", "192.0.2.53");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ns.tb.example",
        "tb.example",
        "bob.tb.example",
        "ns.bob.tb.example",
        "x.8.b.d.0.1.0.0.2.ip6.arpa",
        "ns.5.3.2.1.8.b.d.0.1.0.0.2.ip6.arpa",
        "a.in-addr.arpa"
      })
  void refusesNamesThatAreNotTheClients(String name) {
    refuses(naming(named(name), address("192.0.2.5")), "is not the client's name");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"localhost", "example", "ns.local", "ns.invalid", "ns.onion", "1.2.3.4", "ns.5"})
  void refusesNamesThatNobodyFinds(String name) {
    refuses(naming(named(name)), "cannot be a name server");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", "a..b", "*.example", "a_b.example", "a b.example", "\0.example"})
  void refusesWhatIsNoHostName(String name) {
    refuses(naming(named(name)), "no host name");
  }

  @Test
  void refusesForbiddenNames() {
    refuses(
        naming(named("ns.operator.example")),
        "cannot be a name server",
        "forbiddenNameServers",
        new String[] {"ns.operator.example"});
  }

  @Test
  void ownNameServesAndNamesBelowItNeedAnAddress() {
    assertThatCode(() -> check(naming(named("alice.tb.example")))).doesNotThrowAnyException();
    refuses(naming(named("ns.alice.tb.example")), "needs an address");
    refuses(naming(named("ns." + CUT)), "needs an address");
    assertThatCode(() -> check(naming(named("ns." + CUT), address("192.0.2.5"))))
        .doesNotThrowAnyException();
  }

  @Test
  void refusesMoreServersThanAllowed() {
    refuses(
        naming(address("192.0.2.5"), address("192.0.2.6")),
        "more than 1 name servers",
        "maxNameServers",
        1);
  }

  @Test
  void refusesPrefixesThatCannotBeDelegated() {
    refuses(request("alice", "2001:db8:100::2", "", address("192.0.2.5")), "no prefix");
    refuses(
        request("alice", "2001:db8:100::2", "2001:db9::/48", address("192.0.2.5")),
        "lies in no reverse zone");
    refuses(
        request("alice", "2001:db8:100::2", "2001:db8::/32", address("192.0.2.5")),
        "lies in no reverse zone");
    refuses(
        request("alice", "127.0.0.9", "127.9.9.0/25", address("192.0.2.5")),
        "no reverse zone of its own");
  }

  @Test
  void followsThePolicy() {
    NameRequest request = naming(address("192.0.2.5"));
    NameRequest anonymous =
        new NameRequest(
            "anonymous-1",
            true,
            IpAddresses.parse("2001:db8:100::2"),
            request.prefix(),
            Optional.empty(),
            request.dnsServers());

    refuses(request, "no reverse zone is delegated", "delegation", "refuse");
    refuses(anonymous, "no reverse zone is delegated", "delegation", "accounts");
    assertThatCode(() -> check(anonymous, "delegation", "allow")).doesNotThrowAnyException();
    assertThatCode(() -> check(request("alice", "2001:db8:100::2", PREFIX), "delegation", "refuse"))
        .doesNotThrowAnyException();
  }

  @Test
  void addressesGetNamesUnlessOneNeedsThemAsGlue() {
    DnsSettings settings = SettingsReader.from(Configurations.of());

    assertThat(
            settings
                .records()
                .nameServers(
                    Tunnels.tunnel(
                        "1",
                        "alice",
                        "alice.tb.example",
                        "2001:db8:100::2",
                        PREFIX,
                        address("192.0.2.5"),
                        named("ns.example.net"),
                        address("192.0.2.6"))))
        .extracting(server -> HostNames.text(server.name()))
        .containsExactly("ns.example.net", "ns1.alice.tb.example", "ns2.alice.tb.example");
  }
}
