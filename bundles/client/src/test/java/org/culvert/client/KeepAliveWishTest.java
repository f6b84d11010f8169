package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.culvert.api.client.ClientStatus.Phase;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of tunnels that it had heard and that fall silent; 25 s are configured. */
class KeepAliveWishTest {
  @TempDir Path directory;
  private ClientFixture f;

  @BeforeEach
  void start() {
    f = new ClientFixture(directory, "192.0.2.1");
    f.grantTheInterval();
    f.start();
  }

  @Test
  void asksForLessWhereATunnelIsForgottenAgain() {
    lose(32, 3, 7);
    assertThat(asked()).containsExactly(25L, 25L);
    lose(32, 3, 7);

    assertThat(asked()).containsExactly(25L, 25L, 3L);
    assertThat(f.client.status().keepAlive().orElseThrow())
        .isEqualTo(
            "every 3 s instead of 25 s: something on the way seems to forget the tunnel sooner");
  }

  @Test
  void asksForAThirdAtMost() {
    lose(70, 15, 20);
    lose(70, 15, 20);

    assertThat(asked()).endsWith(25L, 8L);
  }

  @Test
  void asksForStillLessIfThatIsForgottenToo() {
    lose(32, 0, 2);
    lose(32, 0, 2);
    lose(12, 0, 1);

    assertThat(asked()).containsExactly(25L, 25L, 2L, 1L);
  }

  /** The outage begins four seconds after the tunnel came, and a session succeeds as it ends. */
  @Test
  void anOutageSoonAfterATunnelCameIsNoNat() {
    lose(20, 1, 3);
    stand(Duration.ofHours(2));
    lose(20, 1, 3);
    lose(Duration.ofMinutes(4), 24, 2);
    lose(20, 1, 3);

    assertThat(asked()).containsOnly(25L);
    assertThat(f.client.status().keepAlive()).isEmpty();
  }

  @Test
  void aTunnelThatHadLastedTellsNothing() {
    for (int i = 0; i < 5; i++) {
      lose(Duration.ofHours(5), 15, 20);
    }

    assertThat(asked()).containsOnly(25L);
    assertThat(f.client.status().keepAlive()).isEmpty();
  }

  @Test
  void aPathThatWasBrokenTellsNothing() {
    lose(32, 3, 7);
    f.refuseToAnswer();
    lose(32, 3, 7);
    f.grantTheInterval();
    f.pass(Duration.ofMinutes(5));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    lose(32, 3, 7);

    assertThat(asked()).last().isEqualTo(25L);
  }

  /** The first row seems to be a NAT's, until a shorter interval than what was survived is lost. */
  @Test
  void anotherHostThatTakesTheTunnelIsNoNat() {
    lose(45, 7, 15);
    lose(45, 7, 15);
    assertThat(asked()).endsWith(7L);
    lose(22, 5, 5);

    assertThat(f.client.status().keepAlive().orElseThrow()).contains("another host");
    assertThat(f.lastError()).contains("another host may use the account");
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    f.pass(Duration.ofMinutes(1));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(asked()).last().isEqualTo(25L);
  }

  @Test
  void theOneThatLosesItsTunnelToAnotherHostWaitsLongerEachTime() {
    int sessions = contestFor(Duration.ofHours(1));
    assertThat(sessions).isBetween(5, 40);
    int before = f.asked().size();

    assertThat(contestFor(Duration.ofHours(1))).isLessThan(30);
    assertThat(asked().subList(before, f.asked().size())).containsOnly(25L);
  }

  @Test
  void itAsksAtOnceAgainWhenItsTunnelHasStoodForAnHour() {
    contestFor(Duration.ofMinutes(30));
    f.pass(Duration.ofMinutes(10));
    stand(KeepAliveWish.PEACE);
    assertThat(f.client.status().keepAlive()).isEmpty();

    lose(1, 24, 20);

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void aNatIsFoundAlsoWhereThePathCameAndWent() {
    contestFor(Duration.ofMinutes(5));
    for (int second = 0; second < 10_000 && asked().get(asked().size() - 1) == 25; second++) {
      f.pass(Duration.ofSeconds(1));
      if (f.phase() == Phase.CONNECTED) {
        lose(32, 3, 7);
      }
    }

    assertThat(asked()).last().isEqualTo(3L);
  }

  @Test
  void anIntervalThatWasShortenedByMistakeIsAsConfiguredWithinAnHour() {
    lose(20, 1, 3);
    lose(20, 1, 3);
    assertThat(asked()).last().isEqualTo(2L);

    stand(Duration.ofMinutes(55));

    assertThat(asked()).endsWith(2L, 4L, 8L, 16L, 25L);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.client.status().keepAlive()).isEmpty();
  }

  @Test
  void asksForWhatLastedIfMoreWasTooBoldAndIsMorePatientThen() {
    lose(32, 3, 7);
    lose(32, 3, 7);
    stand(Duration.ofMinutes(12));
    assertThat(asked()).endsWith(3L, 6L);

    lose(30, 3, 5);
    assertThat(asked()).endsWith(6L, 3L);

    stand(Duration.ofMinutes(35));
    assertThat(asked()).last().isEqualTo(3L);
    stand(Duration.ofMinutes(10));
    assertThat(asked()).last().isEqualTo(6L);
  }

  @Test
  void doesNotAskInFasterTurnsForMoreIfNobodyAnswers() {
    lose(32, 3, 7);
    lose(32, 3, 7);
    f.endpoint.hear();
    f.refuseToAnswer();
    int before = f.asked().size();

    f.pass(Duration.ofMinutes(30));

    assertThat(f.asked().size() - before).isLessThan(80);
  }

  @Test
  void forgetsWhatItLearnedInAnotherNetwork() {
    lose(32, 3, 7);
    lose(32, 3, 7);

    f.client.reconnect();

    assertThat(asked()).endsWith(3L, 25L);
  }

  /** Loses each tunnel soon, whatever its interval; returns how many sessions there were. */
  private int contestFor(Duration time) {
    int before = f.asked().size();
    long end = f.clock.nanoTime() + time.toNanos();
    while (f.clock.nanoTime() < end) {
      f.pass(Duration.ofSeconds(1));
      if (f.phase() == Phase.CONNECTED) {
        lose(24, 7, 5);
      }
    }
    return f.asked().size() - before;
  }

  private void lose(int seconds, int survived, int last) {
    lose(Duration.ofSeconds(seconds), survived, last);
  }

  /** Loses a tunnel that was quiet for a while and heard again, and quiet when asked in vain. */
  private void lose(Duration after, int survived, int last) {
    f.endpoint.hear();
    f.pass(after);
    f.endpoint.hear();
    f.endpoint.fallSilent(TunnelPlan.ID, Duration.ofSeconds(survived), Duration.ofSeconds(last));
  }

  /** Lets tunnels be heard for a while. */
  private void stand(Duration time) {
    for (Duration left = time; !left.isZero() && !left.isNegative(); left = left.minusSeconds(10)) {
      f.endpoint.hear();
      f.pass(Duration.ofSeconds(10));
    }
    f.endpoint.hear();
  }

  private List<Long> asked() {
    return f.signaling.asked().stream()
        .map(a -> a.request().keepAlive().orElseThrow().toSeconds())
        .toList();
  }
}
