package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.tcp;
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class AnonymousTest {
  private static final Identity ONE = Identity.anonymous("1");
  private static final Identity TWO = Identity.anonymous("2");
  private static final Identity THREE = Identity.anonymous("3");

  private static final Optional<Duration> HEARD = Optional.of(Duration.ZERO);

  private final Rig rig = new Rig("maxAnonymous", 3, "maxAnonymousPerIpv4", 2);

  @Test
  @Threat("T19")
  void drawsFromItsOwnPoolForShort() {
    TunnelOffer offer = rig.offerUdp(ONE, HOME, 1);

    assertThat(IpPrefix.parse("2001:db8:0:2::/64").contains(offer.client().inner())).isTrue();
    assertThat(offer.lifetime()).contains(Duration.ofMinutes(10));
  }

  @Test
  @Threat("T19")
  void restsAfterItsTimeAndIsForgotten() {
    rig.server.silence = HEARD;
    rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));

    rig.server.silence = Optional.of(Duration.ofMinutes(2));
    rig.advance(Duration.ofMinutes(10).plusSeconds(1));
    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ONE).state()).isEqualTo(State.QUARANTINED);
    rig.advance(Duration.ofMinutes(10).plusSeconds(1));

    assertThat(rig.store.load()).isEmpty();
  }

  @Test
  void isForgottenAtOnceIfItNeverAccepts() {
    rig.offerUdp(ONE, HOME, 1);

    rig.advance(Duration.ofSeconds(91));

    assertThat(rig.store.load()).isEmpty();
    assertThat(rig.broker.pools()).allMatch(pool -> pool.used() == 0);
  }

  @Test
  @Threat("T19")
  void isCountedByIpv4AddressRestingOnesIncluded() {
    rig.server.silence = HEARD;
    rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));
    get(rig.broker.delete(ONE, tcp(HOME)));
    rig.accepted(TWO, rig.offerUdp(TWO, HOME, 2));

    assertThat(offerRefusal(THREE, HOME, 3)).isEqualTo(StatusCode.NO_MORE_TUNNELS);
    assertThat(rig.offerUdp(THREE, ELSEWHERE, 3)).isNotNull();
    assertThat(rig.offerUdp(ALICE, HOME, 4)).as("accounts are not counted").isNotNull();
  }

  @Test
  @Threat("T19")
  void isCountedAltogether() {
    rig.server.silence = HEARD;
    rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));
    rig.accepted(TWO, rig.offerUdp(TWO, HOME, 2));
    rig.accepted(THREE, rig.offerUdp(THREE, ELSEWHERE, 3));

    assertThat(offerRefusal(Identity.anonymous("4"), "203.0.113.50", 4))
        .isEqualTo(StatusCode.NO_MORE_TUNNELS);
  }

  @Test
  @Threat("T13")
  void cannotTakeAnAccountsMappingOrAddress() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    assertThat(offerRefusal(ONE, HOME, 1)).isEqualTo(StatusCode.ADDRESS_IN_USE);

    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    assertThat(refusal(rig.broker.offer(ONE, request(TunnelType.V6V4, HOME), tcp(HOME))))
        .isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  @Threat("T13")
  void givesWayToAnAccount() {
    rig.accepted(ONE, rig.offerV6V4(ONE, HOME));

    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));

    assertThat(rig.lease(ONE).state()).isEqualTo(State.QUARANTINED);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void keepsItsTunnelIfItsNextSessionComesFromThereAndNamesItsAddress() {
    rig.server.silence = HEARD;
    TunnelOffer first = rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));
    List<TunnelParameters> standing = rig.server.desired();
    Identity latest = ONE;
    for (int renewal = 2; renewal < 12; renewal++) {
      rig.advance(Duration.ofMinutes(8));
      latest = Identity.anonymous("session " + renewal);
      TunnelOffer again = rig.accepted(latest, again(latest, HOME, 1, first));
      assertThat(again.client()).isEqualTo(first.client());
    }

    assertThat(rig.server.desired()).isEqualTo(standing);
    assertThat(rig.store.load()).singleElement().extracting(Lease::owner).isEqualTo(ONE.user());
    assertThat(get(rig.broker.info(latest, tcp(HOME))).client()).isEqualTo(first.client());
    get(rig.broker.delete(latest, tcp(HOME)));
    assertThat(rig.lease(ONE).state()).isEqualTo(State.QUARANTINED);
  }

  @Test
  void keepsItsTunnelOverARestartOfTheBroker() {
    TunnelOffer first = rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));
    rig.powerCut();

    assertThat(rig.accepted(TWO, again(TWO, HOME, 1, first)).client()).isEqualTo(first.client());
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void keepsItsTunnelIfTheRenewalIsRejectedOrNeverAccepted() {
    TunnelOffer first = rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));

    get(rig.broker.reject(TWO, again(TWO, HOME, 1, first).id()));
    again(THREE, HOME, 1, first);
    rig.advance(Duration.ofSeconds(91));

    assertThat(rig.lease(ONE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void isSomebodyNewFromElsewhereOrWithoutItsAddress() {
    TunnelOffer first = rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));

    assertThat(rig.accepted(TWO, again(TWO, HOME, 2, first)).client().inner())
        .as("from another port")
        .isNotEqualTo(first.client().inner());
    assertThat(again(THREE, ELSEWHERE, 1, first).client().inner())
        .as("from another address")
        .isNotEqualTo(first.client().inner());
    assertThat(rig.lease(ONE).state()).isEqualTo(State.ACTIVE);
    assertThat(rig.lease(ONE).outer().remote().getPort()).isEqualTo(1);

    get(rig.broker.delete(TWO, tcp(HOME)));
    rig.advance(Duration.ofMinutes(10).plusSeconds(1));
    Identity four = Identity.anonymous("4");
    assertThat(rig.offerUdp(four, HOME, 1).client().inner())
        .as("without the address")
        .isNotEqualTo(first.client().inner());
  }

  @Test
  @Threat("T13")
  void cannotAcceptOrEndWhatAnotherSessionWasRecognizedFor() {
    TunnelOffer first = rig.accepted(ONE, rig.offerUdp(ONE, HOME, 1));
    TunnelOffer again = again(TWO, HOME, 1, first);

    assertThat(refusal(rig.broker.accept(THREE, again.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    assertThat(refusal(rig.broker.delete(THREE, tcp(HOME)))).isEqualTo(StatusCode.SERVER_ERROR);
    rig.accepted(TWO, again);
  }

  @Test
  void neverGetsAnAccountsTunnelByNamingItsAddress() {
    TunnelOffer alices = rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));

    assertThat(refusal(rig.broker.offer(ONE, naming(alices), udp(HOME, 1))))
        .isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  /** Asks as a client of ours does that renews what it has. */
  private TunnelOffer again(Identity session, String address, int port, TunnelOffer had) {
    return get(rig.broker.offer(session, naming(had), udp(address, port)));
  }

  private static TunnelRequest naming(TunnelOffer had) {
    return new TunnelRequest(
        TunnelType.V6UDPV4,
        List.of(IpAddresses.parse(BEHIND_NAT), had.client().inner()),
        false,
        Optional.empty(),
        Optional.empty());
  }

  @Test
  void getsNothingWhereThereIsNoPoolForIt() {
    Rig bare = new Rig(Configs.of("endpointPool", "2001:db8::/64"));

    assertThat(
            refusal(bare.broker.offer(ONE, request(TunnelType.V6UDPV4, BEHIND_NAT), udp(HOME, 1))))
        .isEqualTo(StatusCode.ADDRESS_FOR_ANONYMOUS);
  }

  private StatusCode offerRefusal(Identity identity, String address, int port) {
    return refusal(
        rig.broker.offer(identity, request(TunnelType.V6UDPV4, BEHIND_NAT), udp(address, port)));
  }
}
