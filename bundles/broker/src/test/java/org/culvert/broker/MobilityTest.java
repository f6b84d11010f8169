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
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;

class MobilityTest {
  private final Rig rig = new Rig();

  @Test
  void keepsAddressAndPrefixWhereverTheUserGoes() {
    TunnelOffer home = rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    String lease = rig.lease(ALICE).id();

    TunnelOffer moved = rig.offerUdp(ALICE, ELSEWHERE, 777);
    assertThat(rig.server.desired().get(0).type()).isEqualTo(TunnelType.V6V4);
    rig.accepted(ALICE, moved);

    assertThat(moved.type()).isEqualTo(TunnelType.V6UDPV4);
    assertThat(moved.client().ipv6()).isEqualTo(home.client().ipv6());
    assertThat(rig.lease(ALICE).prefix()).isEqualTo(home.router().map(r -> r.prefix()));
    assertThat(rig.lease(ALICE).id()).isEqualTo(lease);
    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.server.desired().get(0).outer().remote().getPort()).isEqualTo(777);
  }

  @Test
  void silentTunnelStopsAndComesBackWithItsUser() {
    TunnelOffer offer = rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(105));

    rig.server.fallSilent(rig.lease(ALICE).id());

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.accepted(ALICE, rig.offerUdp(ALICE, ELSEWHERE, 2)).client().ipv6())
        .isEqualTo(offer.client().ipv6());
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
  void mappingGoesToWhoeverAuthenticatesThroughIt() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4000));
    TunnelOffer bobs = rig.offerUdp(BOB, HOME, 4000);
    assertThat(rig.server.desired().get(0).remoteAddress())
        .as("until Bob accepts, Alice's tunnel stands")
        .isEqualTo(rig.lease(ALICE).clientAddress());

    rig.accepted(BOB, bobs);

    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.server.desired().get(0).remoteAddress()).isEqualTo(bobs.client().ipv6());
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(bobs.client().ipv6()).isNotEqualTo(rig.lease(ALICE).clientAddress());
    InetAddress alices = rig.lease(ALICE).clientAddress();
    assertThat(rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4001)).client().ipv6())
        .isEqualTo(alices);
  }

  @Test
  void twoUsersMaySwapMappingsWhileTheDiskIsSlow() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.accepted(BOB, rig.offerUdp(BOB, HOME, 2));
    TunnelOffer alice = rig.offerUdp(ALICE, HOME, 2);
    TunnelOffer bob = rig.offerUdp(BOB, HOME, 1);
    rig.store.hold();

    CompletionStage<Void> one = rig.broker.accept(ALICE, alice.id());
    CompletionStage<Void> two = rig.broker.accept(BOB, bob.id());
    rig.store.release();

    get(one);
    get(two);
    assertThat(rig.lease(ALICE).outer().remote().getPort()).isEqualTo(2);
    assertThat(rig.lease(BOB).outer().remote().getPort()).isEqualTo(1);
    assertThat(rig.server.desired()).hasSize(2);
  }

  @Test
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
