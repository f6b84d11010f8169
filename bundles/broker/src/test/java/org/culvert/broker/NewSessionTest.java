package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.HOME;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

/** What a new session does to the tunnel that was there, and for how long its own is given. */
class NewSessionTest {

  @Test
  @Demands("R-4.5.2-5")
  void takesTheMappingOfTheTunnelThatWasThere() {
    Rig rig = new Rig();
    rig.server.silence = Optional.of(Duration.ZERO);
    Identity before = Identity.anonymous("before");
    rig.accepted(before, rig.offerUdp(before, HOME, 4000));
    List<TunnelParameters> standing = rig.server.desired();

    TunnelOffer offer = rig.offerUdp(BOB, HOME, 4000);
    assertThat(rig.server.desired()).as("an offer takes nothing away").isEqualTo(standing);
    rig.accepted(BOB, offer);

    assertThat(rig.lease(before).state()).isEqualTo(State.QUARANTINED);
    assertThat(rig.server.desired())
        .singleElement()
        .satisfies(
            tunnel -> {
              assertThat(tunnel.remoteAddress()).isEqualTo(offer.client().inner());
              assertThat(tunnel.outer()).isEqualTo(standing.get(0).outer());
            });
  }

  @Test
  @Demands("R-4.5.2-5")
  void takesTheMappingOfItsOwnTunnel() {
    Rig rig = new Rig();
    TunnelOffer first = rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4000));

    TunnelOffer again = rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 4000));

    assertThat(again.client().inner()).isEqualTo(first.client().inner());
    assertThat(rig.server.desired()).hasSize(1);
  }

  @Test
  @Demands("R-4.7.1-11")
  void hasTheLifetimeThatTheOperatorSet() {
    Rig rig = new Rig("lifetime", 60);
    TunnelOffer offer = rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    assertThat(offer.lifetime()).contains(Duration.ofMinutes(60));

    rig.advance(Duration.ofMinutes(59));
    assertThat(rig.server.desired()).hasSize(1);
    rig.advance(Duration.ofMinutes(2));

    assertThat(rig.server.desired()).isEmpty();
  }
}
