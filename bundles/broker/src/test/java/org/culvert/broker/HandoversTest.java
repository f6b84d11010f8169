package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
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
  void theNewestHostHasTheTunnelWhenTwoTakeItFromOneAnother() {
    quarrel();

    assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    assertThat(holder()).isEqualTo(ELSEWHERE);
    come(ELSEWHERE);
    assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
  }

  @Test
  void oneLookThatComesTooEarlyForgetsNoQuarrel() {
    rig.server.silence = JUST_NOW;
    for (int i = 0; i < 6; i++) {
      come(i % 2 == 0 ? HOME : ELSEWHERE);
      rig.advance(Duration.ofSeconds(2));
    }
    // The endpoint has not looked yet since the tunnel came to its host.
    rig.server.silence = Optional.empty();
    come(HOME);
    come(ELSEWHERE);

    rig.server.silence = JUST_NOW;

    assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
  }

  @Test
  void aThirdHostIsNewerStill() {
    quarrel();

    come("203.0.113.77");

    assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    assertThat(refusal(ask(ELSEWHERE))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    assertThat(holder()).isEqualTo("203.0.113.77");
  }

  @Test
  void theRefusedHostIsToldWhatItCanWaitForAndNothingOfTheOther() {
    quarrel();

    TspException refusal = (TspException) catchThrowable(() -> get(ask(HOME))).getCause();

    assertThat(refusal.advice())
        .contains("the tunnel comes free when the other host is silent for 30 seconds");
    assertThat(refusal.reason()).contains("alice", HOME, ELSEWHERE);
  }

  @Test
  void aSecondHostIsRefusedAtOnceWhereTheOperatorSaysSo() {
    Rig strict = new Rig("secondHost", "refused");
    strict.accepted(ALICE, strict.offerUdp(ALICE, HOME, 1));
    strict.server.silence = JUST_NOW;

    assertThat(refusal(strict.askUdp(ALICE, ELSEWHERE, 2))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    strict.accepted(ALICE, strict.offerUdp(ALICE, HOME, 3));
    assertThat(refusal(strict.askUdp(ALICE, ELSEWHERE, 2))).isEqualTo(StatusCode.ACCOUNT_IN_USE);

    strict.server.silence = LONG_AGO;
    strict.accepted(ALICE, strict.offerUdp(ALICE, ELSEWHERE, 2));
    strict.server.silence = JUST_NOW;
    assertThat(refusal(strict.askUdp(ALICE, HOME, 4))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
  }

  @Test
  void itIsStableForAsLongAsTheOtherKeepsAsking() {
    quarrel();

    for (int hours = 0; hours < 40; hours++) {
      rig.advance(Duration.ofMinutes(15));
      assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    }
  }

  @Test
  void theOtherGetsTheTunnelOnceTheHolderIsSilent() {
    quarrel();
    assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);

    rig.server.silence = LONG_AGO;

    come(HOME);
    assertThat(holder()).isEqualTo(HOME);
  }

  @Test
  void aQuarrelOfLongAgoIsForgotten() {
    quarrel();

    rig.advance(Handovers.MEMORY.plusSeconds(1));

    come(HOME);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, -1})
  void aQuarrelIsRememberedForAsLongWhateverTheClockDoes(long days) {
    quarrel();

    rig.clock.jump(Duration.ofDays(days));
    rig.advance(Duration.ofSeconds(10));
    assertThat(refusal(ask(HOME))).isEqualTo(StatusCode.ACCOUNT_IN_USE);

    rig.advance(Handovers.MEMORY.plusSeconds(1));
    come(HOME);
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
    for (int i = 0; i < 6; i++) {
      rig.accepted(ALICE, Rig.get(ask(HOME, i % 2 == 0 ? "10.9.0.2" : "10.9.0.3")));
    }

    assertThat(refusal(ask(HOME, "10.9.0.2"))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    rig.accepted(ALICE, Rig.get(ask(HOME, "10.9.0.3")));
  }

  @Test
  void tellsTwoHostsWithEqualAddressesApartByPortsThatTheyHadBefore() {
    rig.server.silence = JUST_NOW;
    for (int i = 0; i < 6; i++) {
      rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, i % 2 == 0 ? 1001 : 1002));
    }

    assertThat(refusal(rig.askUdp(ALICE, HOME, 1001))).isEqualTo(StatusCode.ACCOUNT_IN_USE);
    assertThat(refusal(rig.askUdp(ALICE, HOME, 1003)))
        .as("a new port makes nobody new")
        .isEqualTo(StatusCode.ACCOUNT_IN_USE);
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1002));

    rig.server.silence = LONG_AGO;
    rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1001));
  }

  @Test
  void aHostWhoseOldPortsAreSilentMayComeBackToThem() {
    for (int i = 0; i < 50; i++) {
      rig.server.silence = LONG_AGO;
      rig.accepted(ALICE, rig.offerUdp(ALICE, HOME, 1000 + i % 2));
      rig.advance(Duration.ofSeconds(40));
    }
  }

  @Test
  void aRefusedRequestLeavesNoOfferBehind() {
    quarrel();
    long revision = rig.lease(ALICE).revision();

    refusal(ask(HOME));

    assertThat(rig.lease(ALICE).revision()).isEqualTo(revision);
    assertThat(Rig.get(rig.broker.verify())).isEmpty();
  }

  /** Each takes the tunnel from the other, who lives, until the first has taken it back twice. */
  private void quarrel() {
    rig.server.silence = JUST_NOW;
    for (int i = 0; i < 6; i++) {
      come(i % 2 == 0 ? HOME : ELSEWHERE);
      rig.advance(Duration.ofSeconds(45));
    }
  }

  private String holder() {
    return rig.lease(ALICE).outer().remote().getAddress().getHostAddress();
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
