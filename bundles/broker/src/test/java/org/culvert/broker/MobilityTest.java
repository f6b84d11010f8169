package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.tcp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class MobilityTest {
  private final Rig rig = new Rig();

  @Test
  @Demands({"R-2.3-2", "R-2.3-3", "R-3-1", "R-6.6-2", "D-2.1-7", "D-3-1", "D-5.7-1"})
  @Promise("P3")
  void keepsAddressAndPrefixWhereverTheUserGoes() {
    TunnelOffer home = rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    String lease = rig.lease(ALICE).id();

    TunnelOffer moved = rig.offerUdp(ALICE, ELSEWHERE, 777);
    assertThat(rig.server.desired().get(0).type()).isEqualTo(TunnelType.V6V4);
    rig.accepted(ALICE, moved);

    assertThat(moved.type()).isEqualTo(TunnelType.V6UDPV4);
    assertThat(moved.client().inner()).isEqualTo(home.client().inner());
    assertThat(rig.lease(ALICE).prefix()).isEqualTo(home.router().map(r -> r.prefix()));
    assertThat(rig.lease(ALICE).id()).isEqualTo(lease);
    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.server.desired().get(0).outer().remote().getPort()).isEqualTo(777);
  }

  @Test
  @Demands("R-4.6-7")
  @Threat("T14")
  void silentTunnelStopsAndComesBackWithItsUser() {
    TunnelOffer offer = rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(105));

    rig.server.fallSilent(rig.lease(ALICE).id());

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.accepted(ALICE, rig.offerUdp(ALICE, ELSEWHERE, 2)).client().inner())
        .isEqualTo(offer.client().inner());
  }

  @Test
  void noticeOfSilenceThatComesLateDoesNotEndTheNewTunnel() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(105));
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 2));

    rig.server.fallSilent(rig.lease(ALICE).id());

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  @Threat("T14")
  void mappingThatTheNatGaveToSomebodyElseIsFreeWhenTheOldTunnelEndedForItsSilence() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4000));
    rig.advance(Duration.ofSeconds(79));
    rig.server.fallSilent(rig.lease(ALICE).id());
    assertThat(refusal(rig.askUdp(BOB, HOME, 4000))).isEqualTo(StatusCode.ADDRESS_IN_USE);

    rig.advance(Duration.ofSeconds(1));
    rig.server.fallSilent(rig.lease(ALICE).id());

    InetAddress alices = rig.lease(ALICE).clientAddress();
    assertThat(rig.accepted(BOB, rig.offerUdp(BOB, HOME, 4000)).client().inner())
        .isNotEqualTo(alices);
    assertThat(rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4001)).client().inner())
        .isEqualTo(alices);
  }

  @Test
  void twoAnonymousUsersMaySwapMappingsWhileTheDiskIsSlow() {
    Identity one = Identity.anonymous("1");
    Identity two = Identity.anonymous("2");
    rig.accepted(one, rig.offerUdp(one, HOME, 1));
    rig.accepted(two, rig.offerUdp(two, HOME, 2));
    TunnelOffer first = rig.offerUdp(one, HOME, 2);
    TunnelOffer second = rig.offerUdp(two, HOME, 1);
    rig.store.hold();

    CompletionStage<Void> accepted = rig.broker.accept(one, first.id());
    CompletionStage<Void> both = rig.broker.accept(two, second.id());
    rig.store.release();

    get(accepted);
    get(both);
    assertThat(rig.lease(one).outer().remote().getPort()).isEqualTo(2);
    assertThat(rig.lease(two).outer().remote().getPort()).isEqualTo(1);
    assertThat(rig.server.desired()).hasSize(2);
  }

  @Test
  @Demands({"R-B-506", "D-B-506"})
  void refusesSecondPlainTunnelToOneIpv4Address() {
    rig.offerV6V4(ALICE, HOME);
    assertThat(refusal(rig.broker.offer(BOB, request(TunnelType.V6V4, HOME), tcp(HOME))))
        .isEqualTo(StatusCode.ADDRESS_IN_USE);

    rig.advance(Duration.ofSeconds(91));

    rig.accepted(BOB, rig.offerV6V4(BOB, HOME));
    assertThat(refusal(rig.broker.offer(ALICE, request(TunnelType.V6V4, HOME), tcp(HOME))))
        .isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void everyCreateRenewsTheLifetime() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.advance(Duration.ofMinutes(1000));
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.advance(Duration.ofMinutes(1000));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    assertThat(get(rig.broker.info(ALICE, tcp(HOME))).lifetime()).contains(Duration.ofMinutes(440));
  }
}
