package org.culvert.protocol.xml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.Samples;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestReaderTest {
  private static final String IPV4 = "<address type=\"ipv4\">192.0.2.1</address>";

  @ParameterizedTest
  @CsvSource({
    "'', 501",
    "<address type=\"ipv4\"></address>, 501",
    "<address type=\"ipv4\">192.0.2.256</address>, 501",
    "<address type=\"ipv4\">2001:db8::1</address>, 501",
    "<address type=\"ipv4\">0.0.0.0</address>, 501",
    "<address type=\"ipv4\">224.0.0.1</address>, 501",
    "<address type=\"ipv4\">broker.example</address>, 501",
    "<address type=\"dn\">192.0.2.1</address>, 501",
    "<address>192.0.2.1</address>, 501",
    "<address type=\"ipv6\">2001:db8:::1</address>, 502",
    "<address type=\"ipv6\">ff02::1</address>, 502"
  })
  void tellsWhatIsWrongWithAnAddress(String addresses, int code) {
    for (String type : List.of("v6v4", "v6udpv4", "v6anyv4")) {
      assertRefused(create(type, addresses), code);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "::", "ff02::1", "2001:db8::g", "192.0.2.1"})
  void tellsInTheClientsDialectWhatIsWrongWithTheOuterIpv6Address(String address) {
    String document = create("v4v6", "<address type=\"ipv6\">" + address + "</address>");

    assertRefused(document, 502);
    assertRefused(document, Dialect.DRAFT, 309);
  }

  @Test
  void handsTheFirstNameThatAClientWishesToTheBroker() {
    String names = dn(" Alice.TB.example ") + dn("other.tb.example");

    assertThat(request(create("v6v4", IPV4 + names)).name()).contains("alice.tb.example");
    assertThat(request(create("v6v4", IPV4 + dn("no name at all"))).name())
        .contains("no name at all");
    assertThat(request(create("v6v4", IPV4 + dn(""))).name()).isEmpty();
    assertThat(request(create("v6v4", IPV4)).name()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-a", "a b", "a..example", "a_b.example", "<x/>"})
  void refusesABadNicnameInTheDraftsDialectOnly(String name) {
    String document = create("v6v4", IPV4 + dn(name));

    assertRefused(document, Dialect.DRAFT, 502);
    assertThat(request(document)).isNotNull();
    assertThat(
            RequestReader.read(
                octets(create("v6v4", IPV4 + dn("Host-1"))), Dialect.DRAFT, Samples.TYPES))
        .isNotNull();
  }

  @Test
  void takesTheIpv4AddressThatAV4V6ClientWishes() {
    String wish = "<address type=\"ipv6\">2001:db8::2</address>" + IPV4;

    assertThat(request(create("v4v6", wish)).clientIpv4())
        .contains(IpAddresses.parse4("192.0.2.1"));
    assertRefused(create("v4v6", wish.replace("192.0.2.1", "0.0.0.0")), 501);
  }

  @Test
  void takesTheLoopbackAddressOfAClientThatKnowsNoBetter() {
    assertThat(request(create("v6udpv4", IPV4.replace("192.0.2.1", "127.0.0.1"))).clientIpv4())
        .contains(IpAddresses.parse4("127.0.0.1"));
  }

  @Test
  void takesSeveralAddressesAndTheFirstGlobalOne() {
    TunnelRequest request =
        request(
            create(
                "v4v6",
                "<address type=\"ipv6\">fe80::1</address><address type=\"ipv6\">2001:db8::2"
                    + "</address>"));

    assertThat(request.clientAddresses()).hasSize(2);
    assertThat(request.clientIpv6()).contains(IpAddresses.parse6("2001:db8::2"));
  }

  @ParameterizedTest
  @CsvSource({
    "<router/>, 520",
    "<router></router>, 520",
    "<router><prefix/></router>, 520",
    "<router><prefix length=\"\"/></router>, 520",
    "<router><prefix length=\"x\"/></router>, 518",
    "<router><prefix length=\"0\"/></router>, 518",
    "<router><prefix length=\"129\"/></router>, 518",
    "<router><prefix length=\"-48\"/></router>, 518",
    "<router><prefix length=\"4.8\"/></router>, 518",
    "<router><prefix length=\"99999999999999999999\"/></router>, 518"
  })
  void tellsWhatIsWrongWithAPrefix(String router, int code) {
    assertRefused(create("v6v4", IPV4 + router), code);
  }

  @ParameterizedTest
  @CsvSource({
    "ipv4, 192.0.2",
    "ipv6, 192.0.2.1",
    "dn, -bad.example",
    "dn, a..example",
    "dn, a;b.example",
    "dn, 192.0.2.1",
    "ipv4, 127.0.0.1",
    "ipv4, 0.0.0.0",
    "ipv6, ff02::1",
    "ipv6, fe80::1",
    "ipv6, ::1",
    "dn, ''",
    "url, ns.example"
  })
  void refusesWhatIsNoNameServer(String type, String text) {
    assertRefused(
        create("v6v4", IPV4 + router("<address type=\"" + type + "\">" + text + "</address>")),
        509);
  }

  @Test
  void limitsTheNumberOfNameServers() {
    String one = "<address type=\"dn\">ns.example</address>";

    assertThat(request(create("v6v4", IPV4 + router(one.repeat(RequestReader.MAX_DNS_SERVERS)))))
        .isNotNull();
    assertRefused(
        create("v6v4", IPV4 + router(one.repeat(RequestReader.MAX_DNS_SERVERS + 1))), 509);
  }

  @Test
  void refusesNamesThatAreTooLong() {
    String label = "a".repeat(64);
    String name = "a.".repeat(126) + "ab";

    assertRefused(create("v6v4", IPV4 + router(dn(label))), 509);
    assertRefused(create("v6v4", IPV4 + router(dn(name))), 509);
  }

  @Test
  void readsARouterWithAll() {
    TunnelRequest request =
        request(
            create(
                "v6v4",
                IPV4
                    + "<router protocol=\"BGP\"><prefix length=\"56\"/><as number=\"64512\"/>"
                    + "<dns_server>"
                    + dn("NS1.Example.")
                    + "</dns_server></router>"));

    assertThat(request.router())
        .contains(
            new RouterRequest(
                OptionalInt.of(56),
                Optional.of("bgp"),
                OptionalLong.of(64512),
                List.of(new DnsServer.Name("ns1.example"))));
  }

  @ParameterizedTest
  @CsvSource({"30, 30", "0, 0", "-1, 0", "x, 0", "99999999999, 0", "'', 0"})
  void takesABadIntervalForNone(String interval, long seconds) {
    assertThat(
            request(create("v6v4", IPV4 + "<keepalive interval=\"" + interval + "\"/>"))
                .keepAlive())
        .isEqualTo(seconds == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(seconds)));
  }

  @ParameterizedTest
  @CsvSource({
    "<tunnel></tunnel>, 500",
    "<tunnel action=\"list\"></tunnel>, 500",
    "<tunnel action=\"create\"></tunnel>, 500",
    "<tunnel action=\"create\" type=\"v6 v4\"></tunnel>, 303",
    "<tunnel action=\"create\" type=\"a-b\"></tunnel>, 303",
    "nonsense, 500"
  })
  void refusesWhatIsNoCommand(String document, int code) {
    assertRefused(document, code);
  }

  @Test
  void leavesUnknownTypesToTheBroker() {
    assertThat(request(create("gre", "")).type()).isEqualTo(new TunnelType("gre"));
  }

  @Test
  void readsWhetherAnotherNodeIsMeant() {
    String document = create("v6v4", IPV4);

    assertThat(request(document).proxy()).isFalse();
    assertThat(request(document.replace("type=\"v6v4\"", "type=\"v6v4\" proxy=\"yes\"")).proxy())
        .isTrue();
  }

  private static String create(String type, String client) {
    return "<tunnel action=\"create\" type=\""
        + type
        + "\"><client>"
        + client
        + "</client></tunnel>";
  }

  private static String router(String dnsServers) {
    return "<router><prefix length=\"48\"/><dns_server>" + dnsServers + "</dns_server></router>";
  }

  private static String dn(String name) {
    return "<address type=\"dn\">" + name + "</address>";
  }

  private static TunnelRequest request(String document) {
    return ((TunnelCommand.Create) read(document)).request();
  }

  private static void assertRefused(String document, int code) {
    assertRefused(document, Dialect.RFC, code);
  }

  private static void assertRefused(String document, Dialect dialect, int code) {
    assertThatThrownBy(() -> RequestReader.read(octets(document), dialect, Samples.TYPES))
        .isInstanceOfSatisfying(
            TspException.class, e -> assertThat(e.code().number()).isEqualTo(code));
  }

  private static TunnelCommand read(String document) {
    return Samples.command(octets(document));
  }

  private static byte[] octets(String document) {
    return document.getBytes(StandardCharsets.UTF_8);
  }
}
