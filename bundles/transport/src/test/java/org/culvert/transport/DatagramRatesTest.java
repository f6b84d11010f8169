package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.culvert.transport.TokenBuckets.Verdict;
import org.junit.jupiter.api.Test;

/** 50 datagrams a second and 200 at once, as by default. */
class DatagramRatesTest {
  private static final IpPrefix HOME = IpPrefix.parse("198.51.100.7/32");
  private static final InetSocketAddress OWNER = at(40_000);
  private static final long SECOND = 1_000_000_000L;

  private final DatagramRates rates = new DatagramRates(50, 200, 4, 10_000);
  private long now;

  private static InetSocketAddress at(int port) {
    return new InetSocketAddress(IpAddresses.parse("198.51.100.7"), port);
  }

  private Verdict send(InetSocketAddress from, boolean goesOn) {
    return rates.admit(from, HOME, goesOn, now);
  }

  /** Forges sessions that begin, each from a port of its own, until all is spent. */
  private int flood() {
    int passed = 0;
    for (int port = 1; port <= 1_000; port++) {
      passed += send(at(port), false) == Verdict.PASS ? 1 : 0;
    }
    return passed;
  }

  @Test
  @Threat("T5")
  @Promise("P5")
  void sessionsThatBeginAreLimitedByTheirSource() {
    assertThat(flood()).isEqualTo(200);
    now += SECOND;
    assertThat(flood()).isBetween(50, 250);
  }

  @Test
  @Threat("T6")
  void whoFloodsWithBeginningsDropsNeitherWhatIsSaidAgainNorWhatGoesOn() {
    flood();
    assertThat(send(OWNER, false)).isEqualTo(Verdict.DROP);
    assertThat(send(OWNER, false)).isEqualTo(Verdict.PASS);
    assertThat(send(OWNER, true)).isEqualTo(Verdict.PASS);
  }

  @Test
  @Threat("T6")
  void portThatSentANonceBackHasARateOfItsOwn() {
    rates.proved(OWNER);
    for (int i = 0; i < 10; i++) {
      flood();
      now += SECOND;
    }
    assertThat(send(OWNER, false)).isEqualTo(Verdict.PASS);
    assertThat(send(OWNER, true)).isEqualTo(Verdict.PASS);
    int passed = 2;
    for (int i = 0; i < 1_000; i++) {
      passed += send(OWNER, true) == Verdict.PASS ? 1 : 0;
    }
    assertThat(passed).isLessThanOrEqualTo(2 * 200);
  }

  @Test
  void onlyWhoIsDroppedAgainAndAgainIsToldSo() {
    flood();
    flood();
    for (int port = 2_000; port < 2_100; port++) {
      assertThat(send(at(port), false)).isEqualTo(Verdict.DROP);
    }
    assertThat(send(OWNER, false)).isEqualTo(Verdict.DROP);
    assertThat(send(OWNER, false)).isEqualTo(Verdict.DROP);
    assertThat(send(OWNER, false)).isEqualTo(Verdict.DROP);
    assertThat(send(OWNER, false)).isEqualTo(Verdict.SLIP);
  }
}
