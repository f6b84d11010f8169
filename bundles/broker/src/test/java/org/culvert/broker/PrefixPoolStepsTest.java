package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;

/** However many prefixes are out, a call looks at no more blocks than an address has bits. */
class PrefixPoolStepsTest {
  private static final int MILLION = 1_000_000;

  /** Each bit is looked at once to find a block, and once to cut it or to join it. */
  private static final long MOST = 3 * PrefixPool.LONGEST;

  private final PrefixPool pool = new PrefixPool(IpPrefix.parse("2001:d00::/24"));

  @Test
  void stepIsAsCheapWithAMillionPrefixesOut() {
    long most = 0;
    for (int i = 0; i < MILLION; i++) {
      long before = pool.steps();
      IpPrefix prefix =
          (i % 3 == 0 ? pool.allocateSparsely(48) : pool.allocateDensely(56)).orElseThrow();
      most = Math.max(most, pool.steps() - before);
      if (i % 1000 == 0) {
        long held = pool.steps();
        pool.free(prefix);
        assertThat(pool.hold(prefix)).isTrue();
        assertThat(pool.steps() - held).isLessThanOrEqualTo(2 * MOST);
      }
    }
    assertThat(pool.used()).isEqualTo(MILLION);
    assertThat(most).isPositive().isLessThanOrEqualTo(MOST);
  }

  @Test
  void stepIsAsCheapInAPoolInPieces() {
    IpPrefix[] out = new IpPrefix[200_000];
    for (int i = 0; i < out.length; i++) {
      out[i] = pool.allocateDensely(64).orElseThrow();
    }
    Random random = new Random(7);
    for (int i = 0; i < out.length; i++) {
      if (random.nextBoolean()) {
        pool.free(out[i]);
      }
    }

    long before = pool.steps();
    assertThat(pool.allocateSparsely(64)).isPresent();
    assertThat(pool.allocateDensely(64)).isPresent();
    assertThat(pool.steps() - before).isLessThanOrEqualTo(2 * MOST);
  }
}
