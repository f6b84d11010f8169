package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.HOME;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.lease.Lease.State;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

/** How long the broker bears with a client that is not heard; the interval is 25 seconds. */
class SilenceTest {

  @Test
  void endsNoTunnelBeforeItsClientMustHaveNoticed() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));

    rig.advance(Duration.ofSeconds(79));
    notice(rig);
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofSeconds(1));
    notice(rig);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void waitsAsManyIntervalsAsTheOperatorSaysWithoutBeingToldAgain() {
    Rig rig = new Rig("missedKeepAlives", 10);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(105));
    notice(rig);

    rig.advance(Duration.ofSeconds(255 - 105 - 1));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofSeconds(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  @Demands("R-4.6-6")
  void letsATunnelBeWhoseClientIsHeardAgain() {
    Rig rig = new Rig("missedKeepAlives", 10);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(105));
    notice(rig);

    rig.server.silence = Optional.of(Duration.ofSeconds(20));
    rig.advance(Duration.ofHours(2));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);

    rig.server.silence = Optional.of(Duration.ofSeconds(255));
    notice(rig);
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void countsFromTheNoticeAfterARestart() {
    Rig rig = new Rig("missedKeepAlives", 4);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.powerCut();

    notice(rig);
    rig.advance(Duration.ofSeconds(24));
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
    rig.advance(Duration.ofSeconds(2));

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void beginsAnewWithEachAccept() {
    Rig rig = new Rig("missedKeepAlives", 4);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(105));
    notice(rig);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 2));

    rig.advance(Duration.ofSeconds(100));
    notice(rig);

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);
  }

  /**
   * The tunnel server tells again and again; what came too early after an accept is not the last
   * word.
   */
  @Test
  void endsATunnelThatWasFoundSilentTooEarlyAfterItWasAcceptedAgain() {
    Rig rig = new Rig();
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    rig.advance(Duration.ofSeconds(80));
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1));
    notice(rig);
    assertThat(rig.lease(ALICE).state()).isEqualTo(State.ACTIVE);

    for (int i = 0; i < 8; i++) {
      rig.advance(Duration.ofSeconds(10));
      notice(rig);
    }

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.EXPIRED);
  }

  private static void notice(Rig rig) {
    rig.server.fallSilent(rig.lease(ALICE).id());
    rig.advance(Duration.ZERO);
  }
}
