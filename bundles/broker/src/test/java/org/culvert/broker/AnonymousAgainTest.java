package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.tcp;
import static org.culvert.broker.Rig.udp;

import java.net.Inet4Address;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;

/** Anonymous clients that start again and have forgotten what they had. */
class AnonymousAgainTest {
  private static final Identity ONE = Identity.anonymous("1");
  private static final Identity TWO = Identity.anonymous("2");
  private static final Identity THREE = Identity.anonymous("3");
  private static final Optional<Duration> JUST_NOW = Optional.of(Duration.ofSeconds(20));
  private static final Optional<Duration> LONG_AGO = Optional.of(Duration.ofSeconds(31));

  private final Rig rig = new Rig();

  @Test
  void overAConnectionTheTunnelOfThatPlaceIsTheirs() {
    TunnelOffer first = rig.accepted(ONE, rig.offerV6V4(ONE, HOME));

    TunnelOffer again = rig.accepted(TWO, rig.offerV6V4(TWO, HOME));

    assertThat(again.client()).isEqualTo(first.client());
    assertThat(rig.store.load()).singleElement().extracting(Lease::owner).isEqualTo(ONE.user());
    get(rig.broker.delete(TWO, tcp(HOME)));
    assertThat(rig.lease(ONE).state()).isEqualTo(State.QUARANTINED);
  }

  @Test
  void overAConnectionFromElsewhereTheyAreNew() {
    TunnelOffer first = rig.accepted(ONE, rig.offerV6V4(ONE, HOME));

    assertThat(rig.offerV6V4(TWO, "198.51.100.3").client().inner())
        .isNotEqualTo(first.client().inner());
  }

  @Test
  void neverGetAnAccountsTunnelOverAConnection() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));

    assertThat(refusal(rig.broker.offer(ONE, request(TunnelType.V6V4, HOME), tcp(HOME))))
        .isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void overUdpTheTunnelOfThatPlaceIsOfferedAsItStandsWhileItLives() {
    TunnelOffer first = livingAtPort(4000);
    Lease before = rig.lease(ONE);

    TunnelOffer again = rig.accepted(TWO, rig.offerUdp(TWO, HOME, 4000));

    assertThat(again.client()).isEqualTo(first.client());
    assertThat(again.server()).isEqualTo(first.server());
    assertThat(again.keepAlive()).isEqualTo(first.keepAlive());
    assertThat(rig.lease(ONE)).as("nothing changed").isEqualTo(before);
    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.store.load()).hasSize(1);
  }

  @Test
  void overUdpTheSameHoldsForATunnelWithoutPorts() {
    TunnelOffer first =
        rig.accepted(
            ONE, get(rig.broker.offer(ONE, request(TunnelType.V6V4, HOME), udp(HOME, 4000))));
    rig.server.silence = JUST_NOW;

    TunnelOffer again = get(rig.broker.offer(TWO, request(TunnelType.V6V4, HOME), udp(HOME, 5000)));

    assertThat(rig.accepted(TWO, again).client()).isEqualTo(first.client());
  }

  @Test
  void whoSendsAllOfItInTheirNameChangesNothing() {
    livingAtPort(4000);
    Lease before = rig.lease(ONE);
    TunnelRequest rare =
        new TunnelRequest(
            TunnelType.V6UDPV4,
            List.<java.net.InetAddress>of((Inet4Address) IpAddresses.parse(BEHIND_NAT)),
            false,
            Optional.of(Duration.ofSeconds(2)),
            Optional.empty());

    TunnelOffer offer = get(rig.broker.offer(TWO, rare, udp(HOME, 4000)));
    rig.accepted(TWO, offer);

    assertThat(refusal(rig.broker.delete(TWO, udp(HOME, 4000)))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(refusal(rig.broker.info(TWO, udp(HOME, 4000)))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(refusal(rig.broker.accept(TWO, offer.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    assertThat(rig.lease(ONE)).isEqualTo(before);
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  void whoSendsAllOfItInTheirNameDoesNotKeepADeadTunnel() {
    livingAtPort(4000);
    rig.advance(Duration.ofSeconds(60));
    rig.accepted(TWO, rig.offerUdp(TWO, HOME, 4000));
    rig.server.silence = Optional.of(Duration.ofSeconds(80));

    rig.advance(Duration.ofSeconds(20));
    rig.server.fallSilent(rig.lease(ONE).id());
    rig.advance(Duration.ZERO);

    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void rejectLeavesTheTunnelAsItIs() {
    livingAtPort(4000);
    Lease before = rig.lease(ONE);

    get(rig.broker.reject(TWO, rig.offerUdp(TWO, HOME, 4000).id()));

    assertThat(rig.lease(ONE)).isEqualTo(before);
  }

  @Test
  void acceptNeedsTheSessionThatAskedLast() {
    livingAtPort(4000);
    TunnelOffer earlier = rig.offerUdp(TWO, HOME, 4000);
    TunnelOffer later = rig.offerUdp(THREE, HOME, 4000);

    assertThat(refusal(rig.broker.accept(TWO, earlier.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    assertThat(refusal(rig.broker.accept(TWO, later.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    rig.accepted(THREE, later);
  }

  @Test
  void acceptFailsIfTheTunnelHasEndedMeanwhile() {
    livingAtPort(4000);
    TunnelOffer offer = rig.offerUdp(TWO, HOME, 4000);

    get(rig.broker.delete(rig.lease(ONE).id()));

    assertThat(refusal(rig.broker.accept(TWO, offer.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
  }

  @Test
  void overUdpTheyAreNewWhereTheTunnelIsSilent() {
    TunnelOffer first = livingAtPort(4000);
    rig.server.silence = LONG_AGO;

    assertThat(rig.accepted(TWO, rig.offerUdp(TWO, HOME, 4000)).client().inner())
        .isNotEqualTo(first.client().inner());
    assertThat(rig.lease(ONE).state()).isEqualTo(State.QUARANTINED);
  }

  private TunnelOffer livingAtPort(int port) {
    TunnelOffer offer = rig.accepted(ONE, rig.offerUdp(ONE, HOME, port));
    rig.server.silence = JUST_NOW;
    return offer;
  }
}
