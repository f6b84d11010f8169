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
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

/** What somebody gets who asks over UDP without a name, all of which can be sent blindly. */
class UnprovedTest {
  private static final Identity ONE = Identity.anonymous("1");
  private static final Identity TWO = Identity.anonymous("2");
  private static final Identity THREE = Identity.anonymous("3");
  private static final Optional<Duration> HEARD = Optional.of(Duration.ZERO);

  private final Rig rig = new Rig("maxAnonymous", 3, "maxAnonymousPerIpv4", 2, "maxTunnels", 4);

  private void forged(Identity identity, String address, int port) {
    rig.accepted(identity, rig.offerUdp(identity, address, port));
  }

  @Test
  @Threat("T19")
  void endsSoonIfNothingComesOutOfItAndItsAddressNeedNotRest() {
    forged(ONE, HOME, 1);

    rig.advance(Duration.ofSeconds(59));
    assertThat(rig.lease(ONE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofSeconds(2));

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.store.load()).isEmpty();
    assertThat(rig.broker.pools()).allMatch(pool -> pool.used() == 0);
  }

  @Test
  void livesOnWhenAPacketHasComeOutOfIt() {
    forged(ONE, HOME, 1);
    rig.server.silence = HEARD;
    rig.advance(Duration.ofMinutes(9));

    assertThat(rig.lease(ONE).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void livesLongerWhereItsKeepalivesAreRare() {
    rig.accepted(
        ONE,
        get(
            rig.broker.offer(
                ONE,
                new TunnelRequest(
                    TunnelType.V6UDPV4,
                    List.of(IpAddresses.parse(HOME)),
                    false,
                    Optional.of(Duration.ofSeconds(100)),
                    Optional.empty()),
                udp(HOME, 1))));

    rig.advance(Duration.ofSeconds(199));
    assertThat(rig.lease(ONE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofSeconds(2));
    assertThat(rig.store.load()).isEmpty();
  }

  @Test
  @Threat("T19")
  void oldestMakesRoomForWhoeverHasNone() {
    forged(ONE, "198.51.100.1", 1);
    rig.offerUdp(TWO, "198.51.100.2", 2);
    forged(THREE, "198.51.100.3", 3);

    for (int i = 4; i < 20; i++) {
      forged(Identity.anonymous(String.valueOf(i)), "203.0.113." + i, i);
      assertThat(rig.store.load()).hasSize(3);
    }
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    rig.accepted(BOB, rig.offerV6V4(BOB, ELSEWHERE));

    assertThat(rig.store.load()).hasSize(4);
    assertThat(rig.server.desired()).hasSize(4);
    assertThat(rig.store.load())
        .extracting(Lease::owner)
        .contains("alice", "bob")
        .doesNotContain(ONE.user(), TWO.user(), THREE.user());
  }

  @Test
  void nobodyMakesRoomWhoHasBeenHeard() {
    rig.server.silence = HEARD;
    forged(ONE, "198.51.100.1", 1);
    forged(TWO, "198.51.100.2", 2);
    forged(THREE, "198.51.100.3", 3);

    assertThat(refusal(rig.askUdp(Identity.anonymous("4"), ELSEWHERE, 4)))
        .isEqualTo(StatusCode.NO_MORE_TUNNELS);
    assertThat(rig.server.desired()).hasSize(3);
  }

  /** Or whoever forges an address would lock its owner out. */
  @Test
  void makesRoomForTheNextOfItsSource() {
    forged(ONE, HOME, 1);
    forged(TWO, HOME, 2);

    rig.accepted(THREE, rig.offerV6V4(THREE, HOME));

    assertThat(rig.store.load())
        .extracting(Lease::owner)
        .containsExactlyInAnyOrder(TWO.user(), THREE.user());
  }

  @Test
  @Threat("T13")
  void displacesNobodyWhoLives() {
    rig.accepted(ONE, rig.offerV6V4(ONE, HOME));
    rig.server.silence = HEARD;

    Lease living = rig.lease(ONE);

    TunnelOffer same = rig.accepted(TWO, get(askV6V4OverUdp(TWO)));

    assertThat(same.client().inner()).isEqualTo(living.clientAddress());
    assertThat(rig.lease(ONE)).isEqualTo(living);
    rig.server.silence = Optional.of(Duration.ofMinutes(1));
    rig.accepted(TWO, get(askV6V4OverUdp(TWO)));
    assertThat(rig.lease(ONE).state()).isEqualTo(State.QUARANTINED);
  }

  @Test
  void displacesNobodyWhoseFirstPacketHasJustCome() {
    rig.accepted(ONE, get(askV6V4OverUdp(ONE)));
    rig.server.counters = new TunnelCounters(1, 60, 0, 0, Map.of());
    Lease living = rig.lease(ONE);

    rig.accepted(TWO, get(askV6V4OverUdp(TWO)));

    assertThat(rig.lease(ONE)).isEqualTo(living);
  }

  @Test
  @Threat("T13")
  void displacesNobodyWhoCameToLifeAfterItsOffer() {
    rig.accepted(ONE, rig.offerV6V4(ONE, HOME));
    rig.server.silence = Optional.of(Duration.ofMinutes(1));
    TunnelOffer offer = get(askV6V4OverUdp(TWO));
    rig.server.silence = HEARD;

    assertThat(refusal(rig.broker.accept(TWO, offer.id()))).isEqualTo(StatusCode.ADDRESS_IN_USE);
    assertThat(rig.lease(ONE).state()).isEqualTo(State.ACTIVE);
  }

  /** A client that lost the answer, or was started anew, asks again from the same place. */
  @Test
  @Threat("T13")
  void givesWayToAnotherOfItsKind() {
    rig.accepted(ONE, get(askV6V4OverUdp(ONE)));

    rig.accepted(TWO, get(askV6V4OverUdp(TWO)));

    assertThat(rig.store.load()).singleElement().extracting(Lease::owner).isEqualTo(TWO.user());
    assertThat(rig.server.desired()).hasSize(1);
  }

  private CompletionStage<TunnelOffer> askV6V4OverUdp(Identity identity) {
    return rig.broker.offer(identity, request(TunnelType.V6V4, HOME), udp(HOME, 9));
  }

  /** The store takes its time, and all of them would find room until it has answered. */
  @Test
  @Threat("T19")
  void limitHoldsForThoseWhoAskAtOnce() {
    rig.store.hold();
    List<CompletionStage<TunnelOffer>> asked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      String address = "203.0.113." + i;
      asked.add(
          rig.broker.offer(
              Identity.anonymous("at once " + i), request(TunnelType.V6V4, address), tcp(address)));
    }
    rig.store.release();

    assertThat(asked)
        .filteredOn(one -> !one.toCompletableFuture().isCompletedExceptionally())
        .hasSize(3);
    assertThat(rig.store.load()).hasSize(3);
    rig.advance(Duration.ofSeconds(91));
    assertThat(rig.store.load()).isEmpty();
    assertThat(rig.accepted(ONE, rig.offerV6V4(ONE, HOME))).isNotNull();
  }

  @Test
  void whatTheStoreDoesNotTakeIsNotCounted() {
    rig.store.fail("disk full");
    for (int i = 0; i < 10; i++) {
      String address = "203.0.113." + i;
      assertThat(
              refusal(
                  rig.broker.offer(
                      Identity.anonymous("in vain " + i),
                      request(TunnelType.V6V4, address),
                      tcp(address))))
          .isEqualTo(StatusCode.SERVER_ERROR);
    }
    rig.store.heal();

    assertThat(rig.accepted(ONE, rig.offerV6V4(ONE, HOME))).isNotNull();
  }
}
