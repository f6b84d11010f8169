package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class LimitsTest {

  @Test
  @Demands("D-B-306")
  void refusesWhenThePoolIsExhausted() {
    Rig small = new Rig(Configs.of("endpointPool", "2001:db8::/126"));
    small.offerUdp(ALICE, HOME, 1);
    small.offerUdp(BOB, HOME, 2);

    assertThat(refusal(offerUdp(small, Identity.of("carol"), HOME, 3)))
        .isEqualTo(StatusCode.ADDRESS_POOL_EXHAUSTED);
  }

  @Test
  @Demands({"R-B-301", "D-B-301", "R-4.7.4-1", "D-4.6.4-1"})
  @Threat("T6")
  void refusesAtTheLimitsAndRefersIfItCan() {
    Rig full = new Rig("maxTunnels", 1, "referrals", new String[] {"ts1.example,192.0.2.9"});
    full.accepted(ALICE, full.offerUdp(ALICE, HOME, 1));

    assertThat(refusal(offerUdp(full, BOB, HOME, 2))).isEqualTo(StatusCode.NO_MORE_TUNNELS);
    assertThat(offerUdp(full, BOB, HOME, 2).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .asInstanceOf(InstanceOfAssertFactories.type(TspException.class))
        .extracting(e -> e.referral().orElseThrow().brokers())
        .isEqualTo(List.of("ts1.example", "192.0.2.9"));
    assertThat(get(offerUdp(full, ALICE, HOME, 3)).client().inner())
        .as("who has a tunnel may move it")
        .isEqualTo(full.lease(ALICE).clientAddress());
  }

  @Test
  @Demands("R-8-4")
  @Threat("T6")
  void countsTunnelsOfOneAddressExactly() {
    Rig limited = new Rig("maxTunnelsPerIpv4", 2);
    limited.accepted(ALICE, limited.offerUdp(ALICE, HOME, 1));
    limited.offerUdp(BOB, HOME, 2);

    assertThat(refusal(offerUdp(limited, Identity.of("carol"), HOME, 3)))
        .isEqualTo(StatusCode.NO_MORE_TUNNELS);
    assertThat(get(offerUdp(limited, ALICE, HOME, 4))).isNotNull();
    assertThat(get(offerUdp(limited, Identity.of("carol"), ELSEWHERE, 3))).isNotNull();
  }

  @Test
  @Demands("R-B-530")
  void tellsClientsToWaitWhenTooManyDo() {
    Rig busy = new Rig("maxPendingRequests", 1, "busyReferrals", new String[] {"ts2.example"});
    busy.store.hold();
    offerUdp(busy, ALICE, HOME, 1);

    assertThat(refusal(offerUdp(busy, BOB, HOME, 2))).isEqualTo(StatusCode.SERVER_BUSY);
    assertThat(offerUdp(busy, BOB, HOME, 2).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .asInstanceOf(InstanceOfAssertFactories.type(TspException.class))
        .extracting(e -> e.referral().orElseThrow().brokers())
        .isEqualTo(List.of("ts2.example"));

    busy.store.release();
    assertThat(get(offerUdp(busy, BOB, HOME, 2))).isNotNull();
  }

  private static CompletionStage<TunnelOffer> offerUdp(
      Rig rig, Identity identity, String address, int port) {
    return rig.broker.offer(identity, request(TunnelType.V6UDPV4, BEHIND_NAT), udp(address, port));
  }
}
