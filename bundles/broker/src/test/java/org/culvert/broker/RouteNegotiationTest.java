package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.tcp;

import java.util.List;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How client and broker agree on the way that a prefix is routed. */
class RouteNegotiationTest {
  private static final long OURS = 64_500;
  private static final FakeRouting ALL =
      FakeRouting.speaking(
          RoutingProtocol.STATIC, RoutingProtocol.BGP, RoutingProtocol.OSPF, RoutingProtocol.RIP);

  private final Rig rig = new Rig("asNumber", OURS).routings(ALL);

  @Test
  void routesStaticallyWhoeverNamesNoProtocol() {
    TunnelOffer offer = alice().withRouter().accepted();

    assertThat(routing(offer)).isEqualTo(RoutingAgreement.STATIC);
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.STATIC);
    assertThat(tunnel().ownLink()).isFalse();
    assertThat(rig.lease(ALICE).arrangements().routing()).contains(RoutingAgreement.STATIC);
  }

  @Test
  void agreesOnNothingWhereThereIsNoPrefix() {
    alice().accepted();

    assertThat(rig.lease(ALICE).arrangements().routing()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "static", "STATIC"})
  void knowsStaticByItsNames(String name) {
    assertThat(routing(alice().speaking(name).offer())).isEqualTo(RoutingAgreement.STATIC);
  }

  @Test
  @Demands("D-B-504")
  void refusesRoutersWhileNothingOffersStaticRoutes() {
    alice().withRouter().accepted();
    IpPrefix kept = rig.lease(ALICE).prefix().orElseThrow();
    rig.routings(FakeRouting.speaking(RoutingProtocol.BGP));

    assertThat(refusal(bob().withRouter().answer())).isEqualTo(StatusCode.ROUTER_NOT_SUPPORTED);
    assertThat(refusal(bob().speaking("static").answer()))
        .isEqualTo(StatusCode.ROUTER_NOT_SUPPORTED);
    assertThat(refusal(alice().withRouter().answer())).isEqualTo(StatusCode.ROUTER_NOT_SUPPORTED);

    assertThat(tunnel().remotePrefixes()).contains(kept);
    alice().accepted();
    assertThat(tunnel().remotePrefixes()).as("asked again without a router").contains(kept);
    bob().accepted();
    rig.routings(ALL);
    assertThat(alice().withRouter().offer().router().orElseThrow().prefix()).isEqualTo(kept);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"isis", "bgp; shutdown", "", "a-name-that-is-too-long", "b\u0000gp", "\n"})
  @Demands("D-B-517")
  void refusesWhatNobodySpeaksOrNobodyCanRead(String protocol) {
    assertThat(refusal(alice().speaking(protocol).answer()))
        .isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    assertThatNothingIsHeld();
  }

  @Test
  void refusesBgpWithoutAnAutonomousSystemOfItsOwn() {
    Rig without = new Rig().routings(ALL);

    assertThat(refusal(Asking.by(without, ALICE, HOME).bgp(64_512).answer()))
        .isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
  }

  @Test
  @Demands({"R-2-11", "R-4.7.3-3", "D-2-7", "D-4.6.3-2"})
  void agreesOnBgpWithTheNumberThatTheClientNames() {
    TunnelOffer offer = alice().bgp(64_512).accepted();

    assertThat(routing(offer)).isEqualTo(RoutingAgreement.bgp(64_512, OURS));
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.FLOATING);
    assertThat(tunnel().ownLink()).isFalse();
    assertThat(routing(get(rig.broker.info(ALICE, tcp(HOME)))))
        .isEqualTo(RoutingAgreement.bgp(64_512, OURS));
  }

  @ParameterizedTest
  @ValueSource(
      longs = {
        OURS,
        0,
        1,
        3356,
        23_456,
        64_496,
        64_511,
        65_535,
        65_536,
        65_551,
        4_199_999_999L,
        4_294_967_295L
      })
  void refusesNumbersThatNoClientMayHave(long as) {
    assertThat(refusal(alice().bgp(as).answer())).isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    assertThatNothingIsHeld();
  }

  @ParameterizedTest
  @ValueSource(longs = {64_512, 65_534, 4_200_000_000L, 4_294_967_294L})
  void letsClientsNamePrivateNumbers(long as) {
    assertThat(routing(alice().bgp(as).offer()).clientAs()).hasValue(as);
  }

  @Test
  void letsClientsNameWhatTheOperatorAllowsBesidesReservedNumbers() {
    Rig open =
        new Rig("asNumber", OURS, "clientAsAllowed", new String[] {"1-4294967294"}).routings(ALL);

    assertThat(routing(Asking.by(open, ALICE, HOME).bgp(64_496).offer()).clientAs())
        .hasValue(64_496);
    for (long reserved : List.of(0L, 23_456L, 65_535L, OURS)) {
      assertThat(refusal(Asking.by(open, BOB, ELSEWHERE).bgp(reserved).answer()))
          .isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    }
  }

  @Test
  void letsClientsNameOurNumberWhereTheOperatorSaysSo() {
    Rig internal = new Rig("asNumber", OURS, "internalBgp", true).routings(ALL);

    assertThat(routing(Asking.by(internal, ALICE, HOME).bgp(OURS).offer()))
        .isEqualTo(RoutingAgreement.bgp(OURS, OURS));
  }

  @Test
  void letsNoTwoUsersHaveOneNumber() {
    TunnelOffer offer = alice().bgp(64_512).offer();

    assertThat(refusal(bob().bgp(64_512).answer()))
        .as("offered to another")
        .isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    rig.accepted(ALICE, offer);
    get(rig.broker.delete(ALICE, tcp(HOME)));
    assertThat(refusal(bob().bgp(64_512).answer()))
        .as("reserved for another")
        .isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    assertThat(routing(alice().bgp(64_512).offer()).clientAs()).hasValue(64_512);
  }

  @Test
  void letsUsersShareNumbersWhereTheOperatorSaysSo() {
    Rig shared = new Rig("asNumber", OURS, "clientAsShared", true).routings(ALL);
    Asking.by(shared, ALICE, HOME).bgp(64_512).accepted();

    assertThat(routing(Asking.by(shared, BOB, ELSEWHERE).bgp(64_512).offer()).clientAs())
        .hasValue(64_512);
  }

  @Test
  void givesANumberToWhoeverNamesNoneAndTheSameOneAgain() {
    long first = routing(alice().speaking("bgp").accepted()).clientAs().orElseThrow();
    long other = routing(bob().speaking("BGP4+").accepted()).clientAs().orElseThrow();

    rig.powerCut();

    assertThat(first).isBetween(4_200_000_000L, 4_200_065_535L).isNotEqualTo(other);
    assertThat(routing(alice().speaking("bgp").offer()).clientAs()).hasValue(first);
    assertThat(routing(bob().speaking("bgp").offer()).clientAs()).hasValue(other);
  }

  @Test
  void keepsTheNumberThatTheClientOnceNamed() {
    alice().bgp(64_512).accepted();

    assertThat(routing(alice().speaking("bgp").offer()).clientAs()).hasValue(64_512);
  }

  @Test
  void refusesBgpWhenNoNumberIsLeftAndGivesOneThatIsFreeAgain() {
    Rig narrow = new Rig("asNumber", 64_513L, "clientAs", new String[] {"64512-64513"});
    narrow.routings(ALL);
    TunnelOffer offer = Asking.by(narrow, ALICE, HOME).speaking("bgp").offer();
    Asking bobs = Asking.by(narrow, BOB, ELSEWHERE).speaking("bgp");

    assertThat(routing(offer).clientAs()).hasValue(64_512);
    assertThat(refusal(bobs.answer())).isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    get(narrow.broker.reject(ALICE, offer.id()));

    assertThat(routing(bobs.offer()).clientAs()).hasValue(64_512);
  }

  @ParameterizedTest
  @CsvSource({"ospf", "OSPFv3", "rip", "ripng"})
  void givesLinkStateProtocolsALinkOfTheirOwn(String protocol) {
    TunnelOffer offer = alice().speaking(protocol).accepted();

    assertThat(routing(offer)).isEqualTo(RoutingAgreement.of(RoutingProtocol.of(protocol)));
    assertThat(tunnel().ownLink()).isTrue();
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.FLOATING);
  }

  @Test
  void entersNoRoutesOfLastResortWhereTheOperatorWantsNone() {
    Rig bare = new Rig("asNumber", OURS, "floatingRoutes", false).routings(ALL);
    Asking.by(bare, ALICE, HOME).bgp(64_512).accepted();

    assertThat(bare.server.desired().get(0).prefixRoutes()).isEqualTo(PrefixRoutes.NONE);
  }

  @Test
  void changesTheProtocolWhenTheOfferIsAcceptedAndNotBefore() {
    alice().withRouter().accepted();
    TunnelOffer update = alice().bgp(64_512).offer();

    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.STATIC);
    assertThat(rig.lease(ALICE).arrangements().routing()).contains(RoutingAgreement.STATIC);
    rig.accepted(ALICE, update);
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.FLOATING);
    alice().withRouter().accepted();
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.STATIC);
  }

  @Test
  void refusedUpdateChangesNothing() {
    alice().bgp(64_512).accepted();
    Lease before = rig.lease(ALICE);

    refusal(alice().bgp(3356).answer());

    assertThat(rig.lease(ALICE)).isEqualTo(before);
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.FLOATING);
  }

  @Test
  void keepsWhatWasAgreedWhenNoRouterIsAskedFor() {
    alice().bgp(64_512).accepted();
    rig.routings();

    TunnelOffer offer = alice().accepted();

    assertThat(offer.router()).isEmpty();
    assertThat(rig.lease(ALICE).arrangements().routing())
        .contains(RoutingAgreement.bgp(64_512, OURS));
    assertThat(tunnel().prefixRoutes()).isEqualTo(PrefixRoutes.FLOATING);
  }

  @Test
  void standsAgainAfterARestartWhileTheRoutingIsNotThereYet() {
    alice().speaking("ospf").accepted();
    TunnelParameters before = tunnel();
    rig.routings();

    rig.powerCut();

    assertThat(rig.server.desired()).containsExactly(before);
  }

  @Test
  void passesOverAServiceThatFails() {
    FakeRouting broken = FakeRouting.speaking();
    broken.failure = new IllegalStateException("no socket");
    FakeRouting gone = FakeRouting.speaking();
    gone.failure = new NoClassDefFoundError("gone/with/its/Bundle");
    rig.routings(broken, gone, ALL, broken);

    assertThat(routing(alice().bgp(64_512).offer()).clientAs()).hasValue(64_512);
  }

  private void assertThatNothingIsHeld() {
    assertThat(rig.store.leases()).isEmpty();
    assertThat(rig.broker.pools()).allMatch(pool -> pool.used() == 0);
    assertThat(rig.broker.tunnels()).isEmpty();
  }

  private static RoutingAgreement routing(TunnelOffer offer) {
    return offer.router().orElseThrow().routing();
  }

  private TunnelParameters tunnel() {
    return rig.server.desired().stream()
        .filter(tunnel -> tunnel.id().equals(rig.lease(ALICE).id()))
        .findFirst()
        .orElseThrow();
  }

  private Asking alice() {
    return Asking.by(rig, ALICE, HOME);
  }

  private Asking bob() {
    return Asking.by(rig, BOB, ELSEWHERE);
  }
}
