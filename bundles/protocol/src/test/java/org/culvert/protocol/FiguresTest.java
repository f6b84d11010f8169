package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.protocol.Samples.ip;
import static org.culvert.protocol.Samples.keepAlive;
import static org.culvert.protocol.Samples.party;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterGrant;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.ReplyReader;
import org.culvert.protocol.xml.TunnelCommand;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The figures of RFC 5572: addresses on lines of their own, "::" where nothing is left out, and a
 * prefix that is longer than its length.
 */
class FiguresTest {
  private static final List<DnsServer> DNS_SERVERS =
      List.of(
          new DnsServer.Address(ip("192.0.2.5")),
          new DnsServer.Address(ip("192.0.2.4")),
          new DnsServer.Address(ip("2001:db8::1")));

  @ParameterizedTest
  @CsvSource({
    "13.1, v6udpv4, 192.0.2.135, 30",
    "15.1, v6v4, 1.1.1.1, 0",
    "17.1, v4v6, 2001:db8:c18:ffff::1, 0",
    "19.1, v6anyv4, 10.1.1.1, 30"
  })
  void readsRequests(String figure, String type, String address, int keepAlive) {
    assertThat(Samples.command(figure(figure)))
        .isEqualTo(
            new TunnelCommand.Create(
                new TunnelRequest(
                    new TunnelType(type),
                    List.of(ip(address)),
                    false,
                    keepAlive == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(keepAlive)),
                    Optional.empty())));
  }

  @Test
  void readsTheRequestForAPrefix() {
    assertThat(Samples.command(figure("16.1")))
        .isEqualTo(
            new TunnelCommand.Create(
                new TunnelRequest(
                    TunnelType.V6V4,
                    List.of(ip("192.0.2.9")),
                    false,
                    Optional.empty(),
                    Optional.of(
                        new RouterRequest(
                            OptionalInt.of(48),
                            Optional.empty(),
                            OptionalLong.empty(),
                            DNS_SERVERS)))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"13.3", "15.3", "16.3"})
  void readsAccept(String figure) {
    assertThat(Samples.command(figure(figure))).isEqualTo(new TunnelCommand.Accept());
  }

  @Test
  void readsOffers() throws IOException {
    assertThat(ReplyReader.offer(figure("13.2"), Samples.asked(Samples.BEHIND_NAT)))
        .isEqualTo(
            offer(
                TunnelType.V6UDPV4,
                604800,
                party("192.0.2.115", "2001:db8:8000::38b2", Optional.empty()),
                party("192.0.2.135", "2001:db8:8000::38b3", Optional.empty()),
                "2001:db8:8000::38b2",
                Optional.empty()));
    assertThat(ReplyReader.offer(figure("15.2"), Samples.asked(Samples.HOST)))
        .isEqualTo(
            offer(
                TunnelType.V6V4,
                1440,
                party("192.0.2.114", "2001:db8:c18:ffff::", Optional.empty()),
                party("1.1.1.1", "2001:db8:c18:ffff::1", Optional.of("userid.domain")),
                "",
                Optional.empty()));
    assertThat(ReplyReader.offer(figure("16.2"), Samples.asked(Samples.ROUTER)))
        .isEqualTo(
            offer(
                TunnelType.V6V4,
                1440,
                party("192.0.2.114", "2001:db8:c18:ffff::", Optional.empty()),
                party("192.0.2.9", "2001:db8:c18:ffff::1", Optional.of("userid.domain")),
                "",
                Optional.of(new RouterGrant(IpPrefix.parse("2001:db8:c18::/48"), DNS_SERVERS))));
    assertThat(ReplyReader.offer(figure("18.1"), Samples.asked(Samples.DSTM)))
        .isEqualTo(
            offer(
                TunnelType.V4V6,
                1440,
                party("2001:db8:c18:ffff::2", "192.0.2.2", 30),
                party("2001:db8:c18:ffff::1", "192.0.2.1", 30),
                "",
                Optional.empty()));
    assertThat(ReplyReader.offer(figure("19.2"), Samples.asked(Samples.ANY)))
        .isEqualTo(
            offer(
                TunnelType.V6UDPV4,
                1440,
                party("192.0.2.114", "2001:db8:c18:ffff::2", Optional.empty()),
                party("10.1.1.1", "2001:db8:c18:ffff::3", Optional.empty()),
                "2001:db8:c18:ffff::2",
                Optional.empty()));
  }

  @Test
  void readsTheReferralOfOneBrokerAnElement() throws IOException {
    assertThat(ReplyReader.referral(figure("9.1")))
        .contains(new Referral(List.of("1.2.3.4", "ts1.isp1.com")));
  }

  @ParameterizedTest
  @CsvSource({
    "200 Success, 200",
    "200 Authentication successful, 200",
    "OK Authentication successful, 200",
    "300 Authentication failed, 300",
    "302 Unsupported client version, 302",
    "1302 Unsupported client version, 1302"
  })
  void readsStatusLines(String line, int number) {
    assertThat(StatusLine.parse(line).map(StatusLine::number)).contains(number);
  }

  @Test
  @Demands({"R-4.4.2-3", "R-4.4.2-4"})
  void repliesToAnUnspokenVersionAsPrinted() {
    Server server = Server.tcp();

    server.hears("VERSION=0.1\r\n");

    assertThat(server.replies).containsExactly("302 Unsupported client version\r\n");
    assertThat(server.closed).isTrue();
  }

  @Test
  @Demands({"R-4.4.2-13", "R-4.4.2-12"})
  void repliesToAMechanismThatIsNotOfferedAsPrinted() {
    Server server = Server.tcp();
    server.mechanisms = List.of(TestMechanisms.server("DIGEST-MD5"));

    server.hears("VERSION=2.0.0\r\n").hears("AUTHENTICATE ANONYMOUS\r\n");

    assertThat(server.replies)
        .containsExactly(
            "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 AUTH=DIGEST-MD5\r\n",
            "300 Authentication failed\r\n");
    assertThat(server.closed).isTrue();
  }

  private static TunnelOffer offer(
      TunnelType type,
      long minutes,
      TunnelOffer.Party server,
      TunnelOffer.Party client,
      String keepAlive,
      Optional<RouterGrant> router) {
    return new TunnelOffer(
        "",
        type,
        Optional.of(Duration.ofMinutes(minutes)),
        server,
        client,
        keepAlive.isEmpty() ? Optional.empty() : keepAlive(keepAlive, 30),
        router,
        List.of());
  }

  private static byte[] figure(String number) {
    try (InputStream in = FiguresTest.class.getResourceAsStream("figures.txt")) {
      String all = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
      return all.split("--- " + number + "\n", -1)[1]
          .split("---", -1)[0]
          .replace("\n", "\r\n")
          .getBytes(StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
