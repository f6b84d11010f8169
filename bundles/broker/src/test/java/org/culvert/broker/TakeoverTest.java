package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.List;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Bob shares Alice's outer address and port, by a NAT's doing or by forgery, and tries whatever the
 * protocol has: her tunnel stays as it is.
 */
class TakeoverTest {
  private static final SignalingPath SAME = udp(HOME, 4000);

  private final Rig rig = new Rig();
  private Lease alices;
  private List<TunnelParameters> standing;

  @BeforeEach
  void aliceHasATunnel() {
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4000));
    alices = rig.lease(ALICE);
    standing = rig.server.desired();
  }

  @AfterEach
  void itIsAsItWas() {
    assertThat(rig.lease(ALICE)).isEqualTo(alices);
    assertThat(rig.server.desired()).containsAll(standing);
  }

  @Test
  @Threat("T13")
  void createIsRefusedAndSaysNeitherWhoNorWhat() {
    assertThat(refusal(rig.askUdp(BOB, HOME, 4000))).isEqualTo(StatusCode.ADDRESS_IN_USE);

    assertThat(rig.askUdp(BOB, HOME, 4000).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(TspException.class)
        .withMessageNotContaining("alice")
        .withMessageNotContaining(alices.clientAddress().getHostAddress());
  }

  @Test
  void createIsRefusedToAnonymousUsersToo() {
    assertThat(refusal(rig.askUdp(Identity.anonymous("x"), HOME, 4000)))
        .isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void createIsRefusedBesideAnOfferThatWaits() {
    rig.offerUdp(Identity.of("carol"), ELSEWHERE, 1);

    assertThat(refusal(rig.askUdp(BOB, ELSEWHERE, 1))).isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void offerThatWasMadeFirstCannotBeAcceptedOverHerLaterTunnel() {
    Identity carol = Identity.of("carol");
    Identity dave = Identity.of("dave");
    TunnelOffer first = rig.offerUdp(carol, ELSEWHERE, 1);

    assertThat(refusal(rig.askUdp(dave, ELSEWHERE, 1))).isEqualTo(StatusCode.ADDRESS_IN_USE);
    rig.accepted(carol, first);

    assertThat(rig.lease(carol).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  @Threat("T13")
  void infoShowsBobsOwnTunnelOnly() {
    assertThat(refusal(rig.broker.info(BOB, SAME))).isEqualTo(StatusCode.SERVER_ERROR);

    TunnelOffer bobs = rig.accepted(BOB, rig.offerUdp(BOB, HOME, 4001));

    assertThat(Rig.get(rig.broker.info(BOB, SAME)).client()).isEqualTo(bobs.client());
    assertThat(bobs.client().inner()).isNotEqualTo(alices.clientAddress());
  }

  @Test
  @Threat("T13")
  void deleteEndsBobsOwnTunnelOnly() {
    assertThat(refusal(rig.broker.delete(BOB, SAME))).isEqualTo(StatusCode.SERVER_ERROR);

    rig.accepted(BOB, rig.offerUdp(BOB, HOME, 4001));
    Rig.get(rig.broker.delete(BOB, SAME));

    assertThat(rig.lease(BOB).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  @Threat("T13")
  void acceptAndRejectNeedTheUserAndTheOffersName() {
    TunnelOffer move = rig.offerUdp(ALICE, ELSEWHERE, 7);

    for (String id : List.of(move.id(), alices.id(), "", "1", move.id() + "0")) {
      assertThat(refusal(rig.broker.accept(BOB, id))).isEqualTo(StatusCode.PROTOCOL_ERROR);
      assertThat(refusal(rig.broker.reject(BOB, id))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    }
    assertThat(refusal(rig.broker.accept(ALICE, alices.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    Rig.get(rig.broker.reject(ALICE, move.id()));
  }

  @Test
  @Threat({"T13", "T18"})
  void acceptThatIsReplayedBringsNothingBack() {
    TunnelOffer bobs = rig.accepted(BOB, rig.offerUdp(BOB, HOME, 4001));
    Rig.get(rig.broker.delete(BOB, SAME));

    assertThat(refusal(rig.broker.accept(BOB, bobs.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    assertThat(rig.lease(BOB).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  @Threat("T13")
  void offersCannotBeToldByWhoseTheyAre() {
    String one = rig.offerUdp(BOB, HOME, 4001).id();
    String other = rig.offerUdp(Identity.of("carol"), HOME, 4002).id();

    assertThat(one).hasSize(32).isNotEqualTo(other);
    assertThat(one.substring(0, 16)).isNotEqualTo(other.substring(0, 16));
  }
}
