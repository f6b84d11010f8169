package org.culvert.protocol.xml;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.Samples;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The attributes and elements of a reply that not every broker writes. */
class ReplyTest {

  @ParameterizedTest
  @CsvSource({"30", "32"})
  void givesTheLengthOfInnerIpv4AddressesAndReadsItBack(int length) throws IOException {
    TunnelOffer offer =
        Samples.offer(
            TunnelType.V4V6,
            Samples.party("2001:db8:f::1", "10.64.0.1", length),
            Samples.party("2001:db8:f::2", "10.64.0.2", length),
            Optional.empty(),
            Optional.empty());

    String reply = ReplyWriter.offer(offer);

    assertThat(reply)
        .contains("<address type=\"ipv4\" length=\"" + length + "\">10.64.0.1</address>\r\n")
        .contains("<address type=\"ipv4\" length=\"" + length + "\">10.64.0.2</address>\r\n");
    assertThat(read(reply, Samples.DSTM)).isEqualTo(Samples.asRead(offer));
  }

  @ParameterizedTest
  @CsvSource({
    "''",
    "length=\"\"",
    "length=\"0\"",
    "length=\"33\"",
    "length=\"x\"",
    "length=\"-1\""
  })
  void doesWithoutALengthThatIsMissingOrMakesNoSense(String length) throws IOException {
    TunnelOffer offer = read(v4v6(length), Samples.DSTM);

    assertThat(offer.client().innerLength()).isEmpty();
    assertThat(offer.server().innerLength()).isEmpty();
    assertThat(offer.client().inner()).isEqualTo(Samples.ip("10.64.0.2"));
  }

  @Test
  void givesNoLengthToAnAddressOutsideAndReadsNone() throws IOException {
    assertThat(ReplyWriter.offer(Samples.E1)).doesNotContain("length=");
    String odd =
        ReplyWriter.offer(Samples.E1).replace("type=\"ipv4\"", "type=\"ipv4\" length=\"24\"");
    assertThat(read(odd, Samples.HOST)).isEqualTo(Samples.asRead(Samples.E1));
  }

  @Test
  void readsTheOuterAddressFirstWhereBothHaveOneVersion() throws IOException {
    TunnelType ipip = new TunnelType("ipip");
    TunnelOffer offer =
        Samples.offer(
            ipip,
            Samples.party("192.0.2.1", "10.64.0.1", 30),
            Samples.party("198.51.100.2", "10.64.0.2", 30),
            Optional.empty(),
            Optional.empty());

    assertThat(read(ReplyWriter.offer(offer), asked(ipip, IpVersion.IPV4, IpVersion.IPV4)))
        .isEqualTo(Samples.asRead(offer));
  }

  /** By its name it would be IPv4 in IPv6. */
  @Test
  void readsWhatIsInsideByTheProfileAndNotByTheName() throws IOException {
    TunnelType odd = new TunnelType("v4overv6");
    TunnelOffer offer =
        Samples.offer(
            odd, Samples.E1.server(), Samples.E1.client(), Optional.empty(), Optional.empty());

    assertThat(read(ReplyWriter.offer(offer), asked(odd, IpVersion.IPV4, IpVersion.IPV6)))
        .isEqualTo(Samples.asRead(offer));
  }

  @Test
  void readsATypeThatNobodyHereKnowsByTheAddressThatWasClaimed() throws IOException {
    TunnelOffer offer =
        Samples.offer(
            new TunnelType("v4v9"),
            Samples.E1.server(),
            Samples.E1.client(),
            Optional.empty(),
            Optional.empty());

    assertThat(read(ReplyWriter.offer(offer), Samples.HOST)).isEqualTo(Samples.asRead(offer));
  }

  private static SignalingRequest asked(TunnelType type, IpVersion outer, IpVersion inner) {
    WireFormat format = new WireFormat(outer, inner, new WireFormat.Carrier.IpProtocol(4));
    return new SignalingRequest(Samples.HOST, Set.of(TunnelProfile.of(type, format)));
  }

  @Test
  void namesTheMtuAndReadsItBack() throws IOException {
    TunnelOffer offer = with(Samples.E3, 1472);

    String reply = ReplyWriter.offer(offer);

    assertThat(reply)
        .startsWith("<tunnel action=\"info\" type=\"v6udpv4\" lifetime=\"1440\" mtu=\"1472\">\r\n");
    assertThat(read(reply, Samples.BEHIND_NAT)).isEqualTo(Samples.asRead(offer));
  }

  @ParameterizedTest
  @CsvSource({
    "67, 0",
    "68, 68",
    "1280, 1280",
    "65535, 65535",
    "65536, 0",
    "x, 0",
    "'', 0",
    "-9, 0"
  })
  void readsAnMtuThatALinkCanHave(String written, int read) throws IOException {
    String reply = ReplyWriter.offer(with(Samples.E1, 1480)).replace("1480", written);

    assertThat(read(reply, Samples.HOST).mtu())
        .isEqualTo(read == 0 ? OptionalInt.empty() : OptionalInt.of(read));
  }

  @Test
  void namesResolversUnderTheClientWithEndTagsOnly() throws IOException {
    TunnelOffer offer =
        new TunnelOffer(
            "lease-1",
            TunnelType.V6V4,
            Optional.empty(),
            Samples.E1.server(),
            Samples.E1.client(),
            Optional.empty(),
            Optional.empty(),
            List.of(Samples.ip("2001:db8::53"), Samples.ip("192.0.2.53")));

    String reply = ReplyWriter.offer(offer);

    assertThat(reply)
        .contains(
            """
              <dns_server>
               <address type="ipv6">2001:0db8:0000:0000:0000:0000:0000:0053</address>
               <address type="ipv4">192.0.2.53</address>
              </dns_server>
             </client>
            """
                .replace("\n", "\r\n"))
        .doesNotContain("/>");
    assertThat(read(reply, Samples.HOST)).isEqualTo(Samples.asRead(offer));
  }

  /** Brokers write it for old clients that need an address in that place. */
  @Test
  void theAddressThatIsNobodysIsNoResolver() throws IOException {
    TunnelOffer none =
        new TunnelOffer(
            "lease-1",
            TunnelType.V6V4,
            Optional.empty(),
            Samples.E1.server(),
            Samples.E1.client(),
            Optional.empty(),
            Optional.empty(),
            List.of(Samples.ip("::")));

    String reply = ReplyWriter.offer(none);

    assertThat(reply)
        .contains("<address type=\"ipv6\">0000:0000:0000:0000:0000:0000:0000:0000</address>");
    assertThat(read(reply, Samples.HOST).resolvers()).isEmpty();
  }

  @Test
  void passesOverARouterThatSaysHowButNotWhat() throws IOException {
    String reply =
        ReplyWriter.offer(Samples.E1)
            .replace(
                " </client>",
                "  <router protocol=\"bgp\"><as number=\"64512\"/></router>\r\n </client>");

    assertThat(read(reply, Samples.HOST)).isEqualTo(Samples.asRead(Samples.E1));
  }

  @Test
  @Demands({"R-4.7.3-3", "D-4.6.3-2", "R-2-11", "D-2-7"})
  void tellsBothAutonomousSystemsWhereBgpWasAgreedOnAndReadsThemBack() throws IOException {
    TunnelOffer offer = Samples.routed(RoutingAgreement.bgp(4_200_000_001L, 64_512));

    String reply = ReplyWriter.offer(offer);

    assertThat(reply)
        .contains(
            """
              <router protocol="bgp">
               <as number="64512"></as>
              </router>
             </server>
            """
                .replace("\n", "\r\n"))
        .contains("<router protocol=\"bgp\">\r\n   <prefix length=\"48\">")
        .contains("   <as number=\"4200000001\"></as>\r\n  </router>\r\n </client>")
        .doesNotContain("/>");
    assertThat(read(reply, Samples.ROUTER)).isEqualTo(Samples.asRead(offer));
  }

  @Test
  void tellsTheProtocolAloneWhereItKnowsNoAutonomousSystems() throws IOException {
    TunnelOffer offer = Samples.routed(RoutingAgreement.of(RoutingProtocol.OSPF));

    String reply = ReplyWriter.offer(offer);

    assertThat(reply).contains("<router protocol=\"ospf\">").doesNotContain("<as");
    assertThat(read(reply, Samples.ROUTER)).isEqualTo(Samples.asRead(offer));
  }

  @Test
  void saysNothingMoreThanOldBrokersWhereRoutesAreStatic() {
    assertThat(ReplyWriter.offer(Samples.E2))
        .contains("  <router>\r\n")
        .doesNotContain("protocol", "<as");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "-1", "4294967296", "x", ""})
  void doesWithoutAnAutonomousSystemThatMakesNoSense(String number) throws IOException {
    String reply =
        ReplyWriter.offer(Samples.routed(RoutingAgreement.bgp(4_200_000_001L, 64_512)))
            .replace("64512", number);

    assertThat(read(reply, Samples.ROUTER).router().orElseThrow().routing().serverAs()).isEmpty();
  }

  private static String v4v6(String length) {
    String space = length.isEmpty() ? "" : " ";
    return "<tunnel action=\"info\" type=\"v4v6\"><server><address type=\"ipv4\""
        + space
        + length
        + ">10.64.0.1</address><address type=\"ipv6\">2001:db8:f::1</address></server>"
        + "<client><address type=\"ipv4\""
        + space
        + length
        + ">10.64.0.2</address><address type=\"ipv6\">2001:db8:f::2</address></client></tunnel>";
  }

  private static TunnelOffer with(TunnelOffer offer, int mtu) {
    return new TunnelOffer(
        offer.id(),
        offer.type(),
        offer.lifetime(),
        offer.server(),
        offer.client(),
        offer.keepAlive(),
        offer.router(),
        offer.resolvers(),
        OptionalInt.of(mtu));
  }

  private static TunnelOffer read(String reply, TunnelRequest asked) throws IOException {
    return read(reply, Samples.asked(asked));
  }

  private static TunnelOffer read(String reply, SignalingRequest asked) throws IOException {
    return ReplyReader.offer(reply.getBytes(StandardCharsets.US_ASCII), asked);
  }
}
