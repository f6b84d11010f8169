package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two hosts with one account, and one host that moves; the keepalive's interval is 25 seconds. */
class HandoversTest {
  private static final Optional<Duration> JUST_NOW = Optional.of(Duration.ofSeconds(20));
  private static final Optional<Duration> LONG_AGO = Optional.of(Duration.ofSeconds(31));

  private final Rig rig = new Rig();
  private int port = 40_000;

  @Test
  void theHolderKeepsItsTunnelWhenTwoHostsTakeItFromOneAnother() {
    quarrel();

    assertThat(refusal(ask(ELSEWHERE))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    assertThat(rig.lease(ALICE).outer().remote().getAddress().getHostAddress()).isEqualTo(HOME);
    come(HOME);
    assertThat(refusal(ask(ELSEWHERE))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
  }

  @Test
  void itIsStableForAsLongAsTheOtherKeepsAsking() {
    quarrel();

    for (int hours = 0; hours < 40; hours++) {
      rig.advance(Duration.ofMinutes(15));
      assertThat(refusal(ask(ELSEWHERE))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    }
  }

  @Test
  void theOtherGetsTheTunnelOnceTheHolderIsSilent() {
    quarrel();
    assertThat(refusal(ask(ELSEWHERE))).isEqualTo(StatusCode.ACCOUNT_IN_USE);

    rig.server.silence = LONG_AGO;

    come(ELSEWHERE);
    assertThat(rig.lease(ALICE).outer().remote().getAddress().getHostAddress())
        .isEqualTo(ELSEWHERE);
  }

  @Test
  void aQuarrelOfLongAgoIsForgotten() {
    quarrel();

    rig.advance(Handovers.MEMORY.plusSeconds(1));

    come(ELSEWHERE);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, -1})
  void aQuarrelIsRememberedForAsLongWhateverTheClockDoes(long days) {
    quarrel();

    rig.clock.jump(Duration.ofDays(days));
    rig.advance(Duration.ofSeconds(10));
    assertThat(refusal(ask(ELSEWHERE))).isEqualTo(StatusCode.ACCOUNT_IN_USE);

    rig.advance(Handovers.MEMORY.plusSeconds(1));
    come(ELSEWHERE);
  }

  @Test
  void aHostMayMoveAsOftenAsItLikesIfItsOldPlacesFallSilent() {
    for (int i = 0; i < 50; i++) {
      rig.server.silence = LONG_AGO;
      come(i % 2 == 0 ? HOME : ELSEWHERE);
      rig.advance(Duration.ofSeconds(40));
    }
  }

  @Test
  void aHostMayMoveOnAndOnThroughPlacesWhereItHasNotBeen() {
    rig.server.silence = JUST_NOW;
    for (int i = 1; i < 50; i++) {
      come("203.0.113." + i);
      rig.advance(Duration.ofSeconds(5));
    }
  }

  @Test
  void aNatThatGivesANewPortEachTimeIsNoOtherHost() {
    rig.server.silence = JUST_NOW;
    for (int i = 0; i < 50; i++) {
      come(HOME);
      rig.advance(Duration.ofSeconds(10));
    }
  }

  @Test
  void tellsTwoHostsBehindOneNatApartByTheirOwnAddresses() {
    rig.server.silence = JUST_NOW;
    for (int i = 0; i < 5; i++) {
      rig.accepted(ALICE, Rig.get(ask(HOME, i % 2 == 0 ? "10.9.0.2" : "10.9.0.3")));
    }

    assertThat(refusal(ask(HOME, "10.9.0.3"))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    rig.accepted(ALICE, Rig.get(ask(HOME, "10.9.0.2")));
  }

  @Test
  void aRefusedRequestLeavesNoOfferBehind() {
    quarrel();
    long revision = rig.lease(ALICE).revision();

    refusal(ask(ELSEWHERE));

    assertThat(rig.lease(ALICE).revision()).isEqualTo(revision);
    assertThat(Rig.get(rig.broker.verify())).isEmpty();
  }

  /** Each takes the tunnel back from the other, who lives, until it has been done three times. */
  private void quarrel() {
    rig.server.silence = JUST_NOW;
    for (int i = 0; i < 5; i++) {
      come(i % 2 == 0 ? HOME : ELSEWHERE);
      rig.advance(Duration.ofSeconds(45));
    }
  }

  private void come(String address) {
    rig.accepted(ALICE, Rig.get(ask(address)));
  }

  private CompletionStage<TunnelOffer> ask(String address) {
    return ask(address, BEHIND_NAT);
  }

  private CompletionStage<TunnelOffer> ask(String address, String claimed) {
    return rig.broker.offer(ALICE, request(TunnelType.V6UDPV4, claimed), udp(address, port++));
  }
}
