package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A limit of 60 failures a minute and 5 at once. */
class GuessesTest {
  private static final int BURST = 5;
  private static final IpPrefix HOME = IpPrefix.parse("198.51.100.7/32");

  private long now;
  private final Guesses guesses = new Guesses(60, BURST, 10_000, () -> now);

  /** Tells whether a wrong password was compared. */
  private boolean fails(IpPrefix source, boolean stream, String user) {
    return fails(source, stream ? Guesses.Rank.STREAM : Guesses.Rank.ECHO, user);
  }

  private boolean fails(IpPrefix source, Guesses.Rank rank, String user) {
    Guesses.Guess guess = guesses.from(source, rank);
    if (guess.begin() && guess.names(user)) {
      guess.failed(true);
      return true;
    }
    guess.undecided();
    return false;
  }

  private boolean passes(IpPrefix source, String user) {
    Guesses.Guess guess = guesses.from(source, Guesses.Rank.STREAM);
    if (guess.begin() && guess.names(user)) {
      guess.passed(user);
      return true;
    }
    guess.undecided();
    return false;
  }

  private static IpPrefix elsewhere(int i) {
    return IpPrefix.parse("2001:db8:" + Integer.toHexString(i) + "::/64");
  }

  @Test
  @Threat("T9")
  void triesThatBeginAtOnceAreNoWayAroundTheLimit() {
    int begun = 0;
    for (int i = 0; i < 60; i++) {
      begun += guesses.from(HOME, Guesses.Rank.STREAM).begin() ? 1 : 0;
    }
    assertThat(begun).isEqualTo(BURST);
  }

  @Test
  void whatDoesNotFailCostsNothing() {
    for (int i = 0; i < 100; i++) {
      assertThat(passes(HOME, "alice")).isTrue();
      Guesses.Guess guess = guesses.from(HOME, Guesses.Rank.STREAM);
      assertThat(guess.begin()).isTrue();
      guess.undecided();
    }
  }

  @Test
  @Threat("T9")
  void tokensFlowBack() {
    for (int i = 0; i < BURST; i++) {
      assertThat(fails(HOME, true, "alice")).isTrue();
    }
    assertThat(fails(HOME, true, "alice")).isFalse();
    now += 1_000_000_000L;
    assertThat(fails(HOME, true, "alice")).isTrue();
    assertThat(fails(HOME, true, "alice")).isFalse();
  }

  @Test
  @Threat("T9")
  void networkHasALimitOfItsOwn() {
    int compared = 0;
    for (int i = 0; i < 1_000; i++) {
      IpPrefix source = IpPrefix.parse("2001:db8:9:" + Integer.toHexString(i) + "::/64");
      compared += fails(source, true, "user" + i) ? 1 : 0;
    }
    assertThat(compared).isEqualTo(BURST * Guesses.SOURCES_OF_NETWORK);
  }

  @Test
  @Threat("T9")
  void userHasALimitThatDoesNotLockHimOutWhereHeHasComeInBefore() {
    passes(HOME, "alice");
    int compared = 0;
    for (int i = 0; i < 1_000; i++) {
      compared += fails(elsewhere(i), true, "alice") ? 1 : 0;
    }

    assertThat(compared).isEqualTo(BURST * Guesses.SOURCES_OF_USER);
    assertThat(passes(elsewhere(1_001), "alice")).isFalse();
    assertThat(passes(elsewhere(1_001), "bob")).isTrue();
    assertThat(passes(HOME, "alice")).isTrue();
  }

  @Test
  @Threat("T9")
  void sumHasALimitThatLocksOutNobodyWhoHasComeInBefore() {
    passes(HOME, "alice");
    int compared = 0;
    for (int i = 0; i < 1_000; i++) {
      compared += fails(elsewhere(i), true, "user" + i) ? 1 : 0;
    }

    assertThat(compared).isEqualTo(BURST * Guesses.SOURCES_IN_SUM);
    assertThat(passes(HOME, "alice")).isTrue();
  }

  @Test
  @Threat("T9")
  void sourceThatSomebodyHasComeInFromKeepsItsOwnLimit() {
    passes(HOME, "mallory");
    int compared = 0;
    for (int i = 0; i < 100; i++) {
      compared += fails(HOME, true, "alice") ? 1 : 0;
    }
    assertThat(compared).isEqualTo(BURST);
  }

  @Test
  void forgedDatagramsLockNobodyOutOfStreamsButStreamsCountForDatagrams() {
    for (int i = 0; i < 100; i++) {
      fails(HOME, false, "user" + i);
    }
    assertThat(guesses.mayTry(HOME, false)).isFalse();
    assertThat(guesses.mayTry(HOME, true)).isTrue();

    IpPrefix other = IpPrefix.parse("203.0.113.9/32");
    for (int i = 0; i < 100; i++) {
      fails(other, true, "user" + i);
    }
    assertThat(guesses.mayTry(other, false)).isFalse();
  }

  /** Who forges a source cannot answer a challenge, and must not use up what a user may fail. */
  @Test
  void whatAnswersNoChallengeCountsAtNoUser() {
    for (int i = 0; i < 100; i++) {
      Guesses.Guess blind = guesses.from(elsewhere(i), Guesses.Rank.ECHO);
      assertThat(blind.begin() && blind.names("alice")).isTrue();
      blind.undecided();
      assertThat(blind.begin()).isTrue();
      blind.failed(false);
    }
    assertThat(passes(HOME, "alice")).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"ECHO", "BLIND"})
  @Threat("T9")
  void whatIsSentBlindlyFromForgedSourcesLocksNobodyOut(Guesses.Rank rank) {
    for (int i = 0; i < 5_000; i++) {
      Guesses.Guess blind = guesses.from(elsewhere(i % 1_000), rank);
      assertThat(blind.begin()).isTrue();
      blind.failed(false);
    }

    assertThat(guesses.mayTry(HOME, false)).isTrue();
    assertThat(guesses.mayTry(elsewhere(1_001), false)).isTrue();
  }

  @Test
  @Threat("T9")
  void whatSendsNoNonceBackIsNoGuessOfTheSourceWhoseNameItBears() {
    for (int i = 0; i < 100; i++) {
      Guesses.Guess blind = guesses.from(HOME, Guesses.Rank.ECHO);
      assertThat(blind.mayBegin() && blind.names("alice")).isTrue();
      assertThat(blind.begin()).isTrue();
      blind.failed(false);
    }
    assertThat(fails(HOME, Guesses.Rank.ECHO, "alice")).isTrue();
  }

  /** PLAIN over UDP: who forges the address may guess, but not so that others cannot come in. */
  @Test
  @Threat("T9")
  void guessesThatNeedNoNonceAreLimitedAndTakeNothingFromOthers() {
    int ofOne = 0;
    for (int i = 0; i < 100; i++) {
      ofOne += fails(HOME, Guesses.Rank.BLIND, "alice") ? 1 : 0;
    }
    int ofUser = ofOne;
    for (int i = 0; i < 1_000; i++) {
      ofUser += fails(elsewhere(i), Guesses.Rank.BLIND, "alice") ? 1 : 0;
    }

    assertThat(ofOne).isEqualTo(BURST);
    assertThat(ofUser).isEqualTo(BURST * Guesses.SOURCES_OF_USER);
    assertThat(guesses.mayTry(HOME, false)).isTrue();
    assertThat(fails(HOME, Guesses.Rank.ECHO, "alice")).isTrue();
    assertThat(passes(elsewhere(1_001), "alice")).isTrue();
  }

  @Test
  @Threat("T9")
  void whoGuessesInBetterWaysHasNoMoreInWorseOnes() {
    for (Guesses.Rank rank : List.of(Guesses.Rank.STREAM, Guesses.Rank.ECHO)) {
      IpPrefix source = elsewhere(rank.ordinal());
      for (int i = 0; i < BURST; i++) {
        assertThat(fails(source, rank, "user" + i)).isTrue();
      }
      assertThat(fails(source, Guesses.Rank.BLIND, "user")).isFalse();
    }
  }

  @Test
  void limitOfZeroIsNone() {
    Guesses any = new Guesses(0, 1, 16, () -> 0);
    for (int i = 0; i < 100; i++) {
      assertThat(any.from(HOME, Guesses.Rank.STREAM).begin()).isTrue();
    }
  }
}
