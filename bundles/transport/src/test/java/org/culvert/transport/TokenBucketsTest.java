package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.culvert.api.net.IpPrefix;
import org.culvert.testkit.trace.Threat;
import org.culvert.transport.TokenBuckets.Verdict;
import org.junit.jupiter.api.Test;

class TokenBucketsTest {
  private static final long SECOND = 1_000_000_000L;
  private static final IpPrefix ALICE = IpPrefix.parse("192.0.2.1/32");
  private static final IpPrefix BOB = IpPrefix.parse("192.0.2.2/32");

  @Test
  void passesBurstThenWhatFlowsBack() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(2, 3, 0, 10);
    long start = -SECOND;

    for (int i = 0; i < 3; i++) {
      assertThat(buckets.take(ALICE, start)).isEqualTo(Verdict.PASS);
    }
    assertThat(buckets.take(ALICE, start)).isEqualTo(Verdict.DROP);
    assertThat(buckets.take(ALICE, start + SECOND / 2)).isEqualTo(Verdict.PASS);
    assertThat(buckets.take(ALICE, start + SECOND / 2)).isEqualTo(Verdict.DROP);
  }

  @Test
  void neverHoldsMoreThanBurst() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(100, 2, 0, 10);
    buckets.take(ALICE, 0);

    long later = 1_000 * SECOND;
    assertThat(buckets.take(ALICE, later)).isEqualTo(Verdict.PASS);
    assertThat(buckets.take(ALICE, later)).isEqualTo(Verdict.PASS);
    assertThat(buckets.take(ALICE, later)).isEqualTo(Verdict.DROP);
  }

  @Test
  void oneSourceDoesNotUseUpAnothers() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(1, 1, 0, 10);
    buckets.take(ALICE, 0);

    assertThat(buckets.take(ALICE, 0)).isEqualTo(Verdict.DROP);
    assertThat(buckets.take(BOB, 0)).isEqualTo(Verdict.PASS);
  }

  @Test
  @Threat("T5")
  void everyThirdBeyondTheRateSlips() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(1, 1, 3, 10);
    buckets.take(ALICE, 0);

    assertThat(IntStream.range(0, 6).mapToObj(i -> buckets.take(ALICE, 0)))
        .containsExactly(
            Verdict.DROP, Verdict.DROP, Verdict.SLIP, Verdict.DROP, Verdict.DROP, Verdict.SLIP);
  }

  @Test
  void rateOfZeroMeansNoLimit() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(0, 1, 0, 10);

    for (int i = 0; i < 100; i++) {
      assertThat(buckets.take(ALICE, 0)).isEqualTo(Verdict.PASS);
    }
    assertThat(buckets.size()).isZero();
  }

  @Test
  void tableIsBoundedAndForgetsWhomItHeardLeastRecently() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(1, 1, 0, 100);
    buckets.take(ALICE, 0);
    for (int i = 0; i < 1_000; i++) {
      buckets.take(IpPrefix.parse("10.0." + i / 256 + "." + i % 256 + "/32"), 0);
      buckets.take(ALICE, 0);
    }

    assertThat(buckets.size()).isEqualTo(100);
    assertThat(buckets.take(ALICE, 0)).isEqualTo(Verdict.DROP);
  }

  @Test
  void lookingTakesNothing() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(1, 1, 0, 10);

    assertThat(buckets.hasToken(ALICE, 0)).isTrue();
    assertThat(buckets.size()).isZero();
    buckets.take(ALICE, 0);
    assertThat(buckets.hasToken(ALICE, 0)).isFalse();
    assertThat(buckets.hasToken(ALICE, SECOND)).isTrue();
  }

  @Test
  void whatIsGivenBackCanBeTakenAgainButNoMoreThanTheBurst() {
    TokenBuckets<IpPrefix> buckets = new TokenBuckets<>(1, 1, 0, 10);
    buckets.take(ALICE, 0);
    buckets.giveBack(ALICE, 0);
    buckets.giveBack(ALICE, 0);

    assertThat(buckets.take(ALICE, 0)).isEqualTo(Verdict.PASS);
    assertThat(buckets.take(ALICE, 0)).isEqualTo(Verdict.DROP);
  }
}
