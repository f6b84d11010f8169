package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.tcp;
import static org.culvert.broker.Rig.udp;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.encapsulation.SampleProfiles;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TypeDecisionTest {
  private static final Set<TunnelProfile> BOTH =
      Set.of(SampleProfiles.V6V4, SampleProfiles.V6UDPV4);

  @ParameterizedTest(name = "{0} over {1}, NAT {2}: {3}")
  @CsvSource({
    "v6v4,    udp, no,  v6v4",
    "v6v4,    tcp, no,  v6v4",
    "v6v4,    udp, yes, 303",
    "v6v4,    tcp, yes, 303",
    "v6anyv4, udp, no,  v6v4",
    "v6anyv4, udp, yes, v6udpv4",
    "v6anyv4, tcp, no,  v6v4",
    "v6anyv4, tcp, yes, 303",
    "v6udpv4, udp, no,  v6udpv4",
    "v6udpv4, udp, yes, v6udpv4",
    "v6udpv4, tcp, no,  303",
    "v6udpv4, tcp, yes, 303",
    "v4v6,    udp, no,  303",
    "unknown, udp, no,  303",
  })
  @Demands({
    "R-2-13",
    "R-2.1-2",
    "R-2.1-4",
    "R-2.1-6",
    "R-4.4.1-4",
    "R-4.4.1-5",
    "R-4.4.1-6",
    "R-6.2-3",
    "D-2.1-2",
    "D-2.1-3",
    "D-2.1-4",
    "D-5.2-3"
  })
  void decidesAsTheTableSays(String type, String transport, String nat, String expected) {
    SignalingPath path = transport.equals("udp") ? udp(HOME, 4000) : tcp(HOME);
    TunnelRequest request = request(new TunnelType(type), nat.equals("yes") ? BEHIND_NAT : HOME);

    assertThat(outcome(request, path, BOTH)).isEqualTo(expected);
  }

  @Test
  void comparesAddressesNotPorts() {
    assertThat(outcome(request(TunnelType.V6ANYV4, HOME), udp(HOME, 1), BOTH)).isEqualTo("v6v4");
  }

  @Test
  @Demands({"R-2.1-5", "R-4.5.2-1", "D-2.1-3"})
  void givesPortsToUdpOnlyAndEchoesTheClaim() {
    TypeDecision plain =
        TypeDecision.decide(request(TunnelType.V6ANYV4, HOME), udp(HOME, 4000), BOTH, false);
    TypeDecision udp =
        TypeDecision.decide(request(TunnelType.V6ANYV4, BEHIND_NAT), udp(HOME, 4000), BOTH, false);

    assertThat(plain.outer().remote().getPort()).isZero();
    assertThat(plain.outer().local().getPort()).isZero();
    assertThat(udp.outer().remote().getPort()).isEqualTo(4000);
    assertThat(udp.outer().local().getPort()).isEqualTo(3653);
    assertThat(udp.outer().remote().getAddress()).isEqualTo(IpAddresses.parse(HOME));
    assertThat(udp.claimed()).isEqualTo(IpAddresses.parse(BEHIND_NAT));
  }

  @Test
  void offersOnlyWhatIsInstalled() {
    Set<TunnelProfile> plain = Set.of(SampleProfiles.V6V4);
    Set<TunnelProfile> udp = Set.of(SampleProfiles.V6UDPV4);

    assertThat(outcome(request(TunnelType.V6UDPV4, HOME), udp(HOME, 1), plain)).isEqualTo("303");
    assertThat(outcome(request(TunnelType.V6ANYV4, BEHIND_NAT), udp(HOME, 1), plain))
        .isEqualTo("303");
    assertThat(outcome(request(TunnelType.V6ANYV4, HOME), udp(HOME, 1), udp)).isEqualTo("v6udpv4");
    assertThat(outcome(request(TunnelType.V6V4, HOME), udp(HOME, 1), udp)).isEqualTo("303");
    assertThat(outcome(request(TunnelType.V6ANYV4, HOME), udp(HOME, 1), Set.of())).isEqualTo("303");
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "224.0.0.1", "255.255.255.255", "240.0.0.1", "0.1.2.3"})
  void refusesAddressNobodyCanHave(String claimed) {
    for (TunnelType type : List.of(TunnelType.V6V4, TunnelType.V6ANYV4, TunnelType.V6UDPV4)) {
      assertThat(outcome(request(type, claimed), udp(HOME, 1), BOTH)).isEqualTo("501");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"v6anyv4", "v6v4", "v6udpv4"})
  void refusesRequestWithoutIpv4AddressWhateverThePath(String type) {
    TunnelRequest request = request(new TunnelType(type), "2001:db8::7");

    for (SignalingPath path : List.of(udp(HOME, 1), tcp(HOME), tcp("2001:db8::7"))) {
      assertThat(outcome(request, path, BOTH)).isEqualTo("501");
    }
  }

  @Test
  void takesLoopbackClaimForNat() {
    assertThat(outcome(request(TunnelType.V6ANYV4, "127.0.0.1"), udp(HOME, 1), BOTH))
        .isEqualTo("v6udpv4");
    assertThat(outcome(request(TunnelType.V6UDPV4, "127.0.0.1"), udp(HOME, 1), BOTH))
        .isEqualTo("v6udpv4");
  }

  @Test
  void refusesTunnelOverIpv4AskedForOverIpv6() {
    assertThat(outcome(request(TunnelType.V6V4, HOME), udp("2001:db8::9", 1), BOTH))
        .isEqualTo("303");
  }

  @Test
  void refusesProxyExceptForThoseWhoMay() {
    TunnelRequest proxy =
        new TunnelRequest(
            TunnelType.V6V4,
            List.of(IpAddresses.parse("203.0.113.77")),
            true,
            Optional.empty(),
            Optional.empty());

    assertThat(outcome(proxy, udp(HOME, 1), BOTH)).isEqualTo("303");
    TypeDecision decision = TypeDecision.decide(proxy, udp(HOME, 1), BOTH, true);
    assertThat(decision.type()).isEqualTo(TunnelType.V6V4);
    assertThat(decision.outer().remote().getAddress()).isEqualTo(IpAddresses.parse("203.0.113.77"));
  }

  @Test
  @Demands("R-4.4.1-8")
  void carriesTypesThatOthersInstall() {
    TunnelType gre = new TunnelType("v6gre");

    assertThat(outcome(request(gre, HOME), udp(HOME, 1), Set.of(SampleProfiles.of(gre))))
        .isEqualTo("v6gre");
  }

  @Test
  void aTypeThatNobodyHeardOfTakesPartInTheChoice() {
    TunnelProfile gre =
        SampleProfiles.of(new TunnelType("v6gre")).withClaim().answering(TunnelType.V6ANYV4, 3);
    TunnelRequest plain = request(TunnelType.V6ANYV4, HOME);
    TunnelRequest hidden = request(TunnelType.V6ANYV4, BEHIND_NAT);

    assertThat(outcome(plain, tcp(HOME), Set.of(gre))).isEqualTo("v6gre");
    assertThat(outcome(plain, tcp(HOME), Set.of(gre, SampleProfiles.V6V4))).isEqualTo("v6v4");
    assertThat(outcome(hidden, tcp(HOME), Set.of(gre))).isEqualTo("303");
    assertThat(outcome(hidden, udp(HOME, 1), Set.of(gre, SampleProfiles.V6UDPV4)))
        .isEqualTo("v6udpv4");
  }

  private static String outcome(
      TunnelRequest request, SignalingPath path, Set<TunnelProfile> types) {
    try {
      return TypeDecision.decide(request, path, types, false).type().name();
    } catch (TspException e) {
      return String.valueOf(e.code().number());
    }
  }

  @Test
  void saysWhyInItsMessage() {
    assertThatThrownBy(
            () -> TypeDecision.decide(request(TunnelType.V6V4, BEHIND_NAT), tcp(HOME), BOTH, false))
        .hasMessageContaining("through a NAT");
  }
}
