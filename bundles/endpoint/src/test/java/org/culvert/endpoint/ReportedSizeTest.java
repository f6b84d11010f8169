package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.endpoint.PathUnderTest.BASE;
import static org.culvert.endpoint.PathUnderTest.LIMIT;

import java.time.Duration;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What the network names is probed and never believed (RFC 8899 section 4.6.2). */
class ReportedSizeTest {
  private static final Duration STEP = Duration.ofMillis(50);

  /** A second for the black hole, and two looks. */
  @Property(tries = 100)
  void theSizeThatWasNamedIsTheNextOne(@ForAll @IntRange(min = 1281, max = 1479) int after) {
    PathUnderTest path = PathUnderTest.inUse(1500);
    path.carries = after;

    path.search.reported(after, path.now);
    path.passes(Duration.ofMillis(1_750));

    assertThat(path.search.mtu()).isEqualTo(after);
  }

  @Property(tries = 100)
  void aRouterThatSpeaksEndsAnySearchSoon(@ForAll @IntRange(min = 1281, max = 1479) int carries) {
    PathUnderTest path = new PathUnderTest(carries, 1);
    path.isReported = true;

    path.passes(Duration.ofMillis(500));
    assertThat(path.search.mtu()).isEqualTo(carries);
    path.passes(Duration.ofSeconds(3));
    assertThat(path.search.isBusy(path.now)).isFalse();
    assertThat(path.probes).isLessThanOrEqualTo(6);
  }

  @Test
  void anotherLinkBehindMayBeSmallerStill() {
    PathUnderTest path = PathUnderTest.inUse(1500);
    path.carries = 1332;
    path.isReported = true;

    path.search.reported(1400, path.now);
    path.passes(Duration.ofMillis(3_000));

    assertThat(path.search.mtu()).isEqualTo(1332);
  }

  @Test
  void whatWasNamedIsNotUsedUnlessItPasses() {
    PathUnderTest path = PathUnderTest.inUse(1500);
    path.carries = 1300;
    path.search.reported(1400, path.now);
    path.passes(Duration.ofMillis(1_500));
    path.most = BASE;

    path.passes(Duration.ofSeconds(60));

    assertThat(path.most).isEqualTo(1300);
    assertThat(path.search.mtu()).isEqualTo(1300);
  }

  @Test
  void whatWasNamedAndIsLessThanPassesIsNotTheEnd() {
    PathUnderTest path = PathUnderTest.inUse(1500);
    path.carries = 1452;

    path.search.reported(1300, path.now);
    path.passes(Duration.ofSeconds(30));

    assertThat(path.search.mtu()).isEqualTo(1452);
  }

  @Test
  void whatWasNamedLongAgoIsForgotten() {
    PathUnderTest path = PathUnderTest.inUse(1500);
    path.search.reported(1300, path.now);
    path.passes(Duration.ofSeconds(12));
    path.carries = 1452;
    path.passes(Duration.ofMillis(1_500));
    path.most = BASE;
    int probes = path.probes;

    while (path.search.mtu() == BASE) {
      path.passes(STEP);
    }

    assertThat(path.search.mtu()).isEqualTo(1452);
    assertThat(path.probes - probes).isLessThanOrEqualTo(5);
  }

  @Test
  void nothingIsProbedThatIsNotBetweenTheBaseAndWhatWasProbed() {
    PathSearch search = new PathSearch(BASE, LIMIT, PathUnderTest.OVERHEAD, 0);
    assertThat(search.due(0)).hasValue(LIMIT);

    for (int size : new int[] {-1, 0, 68, 1279, BASE, LIMIT + 1, 9000, Integer.MAX_VALUE}) {
      search.reported(size, 0);
      assertThat(search.due(0)).as("%s", size).isEmpty();
    }
    search.reported(BASE + 1, 0);
    assertThat(search.due(0)).hasValue(BASE + 1);
  }

  /** Twenty forged reports a second, of all sizes, while nothing flows and nothing is searched. */
  @Property(tries = 50)
  void forgedReportsDrawOneProbeASecondAndChangeNothing(
      @ForAll long seed, @ForAll @IntRange(min = 1_300, max = LIMIT) int carries) {
    PathUnderTest path = new PathUnderTest(carries, 1);
    path.passes(Duration.ofSeconds(60));
    int probes = path.probes;

    forge(path, seed, 2_000, carries);

    assertThat(path.probes - probes).isLessThanOrEqualTo(100);
  }

  @Test
  void norDoTheyOnALongPath() {
    PathUnderTest path = new PathUnderTest(1500, 1);
    path.roundTrip = Duration.ofMillis(900).toNanos();
    path.passes(Duration.ofSeconds(60));
    int probes = path.probes;

    forge(path, 1, 2_000, LIMIT);

    assertThat(path.probes - probes).isLessThanOrEqualTo(100);
  }

  @Property(tries = 50)
  void forgedReportsCostAPathInUseNothing(@ForAll long seed) {
    PathUnderTest quiet = PathUnderTest.inUse(1452);
    PathUnderTest path = PathUnderTest.inUse(1452);

    quiet.passes(STEP.multipliedBy(2_000));
    forge(path, seed, 2_000, 1452);

    assertThat(path.probes).isLessThanOrEqualTo(quiet.probes);
  }

  @Property(tries = 50)
  void forgedReportsDoNotKeepASearchFromItsEnd(
      @ForAll long seed, @ForAll @IntRange(min = BASE, max = 1500) int carries) {
    PathUnderTest quiet = new PathUnderTest(carries, 1);
    PathUnderTest path = new PathUnderTest(carries, 1);
    Random random = new Random(seed);

    quiet.passes(Duration.ofSeconds(60));
    for (int i = 0; i < 1_200; i++) {
      path.search.reported(BASE + random.nextInt(250), path.now);
      path.passes(STEP);
      assertThat(path.search.mtu()).isLessThanOrEqualTo(Math.max(BASE, carries));
    }

    assertThat(path.search.mtu()).isEqualTo(quiet.search.mtu());
    // One a second, and a search in another order has others.
    assertThat(path.probes - quiet.probes).isLessThanOrEqualTo(60 + 24);
  }

  private static void forge(PathUnderTest path, long seed, int times, int used) {
    Random random = new Random(seed);
    for (int i = 0; i < times; i++) {
      path.search.reported(BASE + random.nextInt(250), path.now);
      path.passes(STEP);
      assertThat(path.search.mtu()).isEqualTo(used);
    }
  }
}
