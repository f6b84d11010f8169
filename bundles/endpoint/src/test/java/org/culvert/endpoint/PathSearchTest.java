package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.endpoint.PathUnderTest.BASE;
import static org.culvert.endpoint.PathUnderTest.LIMIT;
import static org.culvert.endpoint.PathUnderTest.OVERHEAD;

import java.time.Duration;
import java.util.OptionalInt;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

/** What a search finds, and how soon. */
class PathSearchTest {
  /** Half of the range at each step, and the sizes that links commonly have before. */
  private static final int MOST_SIZES = 24;

  /** Three, and a small packet that tells whether anything is answered. */
  private static final int PROBES_A_SIZE = 4;

  @Test
  void aPathThatCarriesAllIsKnownByOneProbe() {
    PathUnderTest path = new PathUnderTest(1500, 1);

    path.passes(Duration.ofMillis(200));

    assertThat(path.search.mtu()).isEqualTo(LIMIT);
    assertThat(path.probes).isEqualTo(1);
    assertThat(path.search.isBusy(path.now)).isFalse();
  }

  @Property(tries = 200)
  void endsWithTheLargestThatPasses(@ForAll @IntRange(min = BASE, max = 1600) int carries) {
    PathUnderTest path = new PathUnderTest(carries, 1);

    path.passes(Duration.ofSeconds(60));

    assertThat(path.search.mtu()).isEqualTo(Math.min(carries, LIMIT));
    assertThat(path.probes).isLessThanOrEqualTo(PROBES_A_SIZE * MOST_SIZES);
    assertThat(path.search.isBusy(path.now)).isFalse();
  }

  @Property(tries = 200)
  void whatCarriesPacketsNeverWaitsLongOnAPathThatShrank(
      @ForAll @IntRange(min = 1281, max = 1500) int before,
      @ForAll @IntRange(min = BASE, max = 1500) int after) {
    PathUnderTest path = new PathUnderTest(before, 1);
    path.passes(Duration.ofSeconds(60));
    int found = path.search.mtu();
    path.inUse = true;
    path.passes(Duration.ofSeconds(2));
    path.carries = after;

    path.passes(Duration.ofMillis(1_500));

    int used = path.search.mtu();
    assertThat(used).isBetween(found <= after ? found : BASE, Math.min(found, after));
    path.inUse = false;
    path.passes(Duration.ofSeconds(60));
    assertThat(path.search.mtu()).isEqualTo(Math.min(found, Math.min(after, LIMIT)));
  }

  @Property(tries = 200)
  void neitherDoTheyWhileItIsSearchedWhetherThePathCarriesMore(
      @ForAll @IntRange(min = 1_290, max = LIMIT - 1) int before,
      @ForAll @IntRange(min = 0, max = 15_000) int millis) {
    PathUnderTest path = new PathUnderTest(before, 1);
    path.inUse = true;
    path.passes(Duration.ofMillis(millis));
    path.carries = BASE;

    path.passes(Duration.ofSeconds(2));
    assertThat(path.search.mtu()).isEqualTo(BASE);
    path.carries = before;
    path.passes(Duration.ofSeconds(30));
    path.inUse = false;
    path.passes(Duration.ofMinutes(11));
    assertThat(path.search.mtu()).isEqualTo(before);
  }

  @Test
  void aWarningInterruptsASearchForMore() {
    PathUnderTest path = new PathUnderTest(1_468, 1);
    while (path.search.mtu() < 1_468) {
      path.passes(Duration.ofMillis(50));
    }
    path.passes(Duration.ofMillis(3_050));
    assertThat(path.search.isBusy(path.now)).as("it searches between 1468 and 1472").isTrue();
    path.carries = 1_372;

    path.search.reported(BASE, path.now);
    path.passes(Duration.ofMillis(1_500));
    assertThat(path.search.mtu()).isEqualTo(BASE);
    path.passes(Duration.ofSeconds(30));
    assertThat(path.search.mtu()).isEqualTo(1_372);
  }

  /**
   * Whoever forges a thousand warnings a second keeps nobody from finding what the path carries.
   */
  @Test
  void warningsDoNotEndASearch() {
    PathUnderTest path = new PathUnderTest(1_464, 1);
    for (int i = 0; i < 2_000; i++) {
      path.search.reported(BASE, path.now);
      path.passes(Duration.ofMillis(50));
    }
    assertThat(path.search.mtu()).isEqualTo(1_464);
    path.passes(Duration.ofSeconds(10));
    assertThat(path.search.isBusy(path.now)).isFalse();
  }

  @Test
  @Threat("T26")
  void aWarningIsFollowedByProbesAndNotBelieved() {
    PathUnderTest path = new PathUnderTest(1500, 1);
    path.passes(Duration.ofSeconds(1));

    path.search.reported(BASE, path.now);
    path.passes(Duration.ofSeconds(10));

    assertThat(path.search.mtu()).isEqualTo(LIMIT);
    assertThat(path.probes).isGreaterThan(1);
    path.carries = 1400;
    path.search.reported(BASE, path.now);
    path.passes(Duration.ofMillis(1_500));
    assertThat(path.search.mtu()).isEqualTo(BASE);
    path.passes(Duration.ofSeconds(60));
    assertThat(path.search.mtu()).isEqualTo(1400);
  }

  /** One second in which it is seen, then eight sizes in each. */
  @Property(tries = 200)
  void aPathThatShrankWithoutAWordIsFoundSoonIfItsSizeIsCommon(
      @ForAll("common") int before, @ForAll("common") int after) {
    PathUnderTest path = PathUnderTest.inUse(before);
    int found = path.search.mtu();
    path.carries = Math.min(found, after);

    path.passes(Duration.ofMillis(1_500));
    int probes = path.probes;
    path.passes(Duration.ofMillis(1_000));
    assertThat(path.probes - probes).as("probes in a second").isLessThanOrEqualTo(10);
    path.passes(Duration.ofMillis(1_500));

    assertThat(path.search.mtu()).isEqualTo(path.carries);
    path.inUse = false;
    path.passes(Duration.ofSeconds(5));
    assertThat(path.search.isBusy(path.now)).isFalse();
  }

  @Property(tries = 200)
  void anyOtherSizeIsFoundWithinTwentySeconds(
      @ForAll("common") int before, @ForAll @IntRange(min = BASE, max = LIMIT) int after) {
    PathUnderTest path = PathUnderTest.inUse(before);
    path.carries = Math.min(path.search.mtu(), after);

    path.passes(Duration.ofSeconds(20));

    assertThat(path.search.mtu()).isEqualTo(path.carries);
  }

  @Provide
  Arbitrary<Integer> common() {
    return Arbitraries.of(1492, 1480, 1472, 1460, 1454, 1440, 1430, 1420, 1410, 1400, 1360, 1320)
        .map(outer -> outer - OVERHEAD);
  }

  @Test
  void aTunnelThatIsIdleIsNotProbed() {
    PathUnderTest path = new PathUnderTest(1500, 1);
    path.passes(Duration.ofSeconds(1));
    int probes = path.probes;

    path.passes(Duration.ofHours(1));

    assertThat(path.probes).isEqualTo(probes);
  }

  @Test
  void aPathThatGrewIsFoundWithinTenMinutes() {
    PathUnderTest path = new PathUnderTest(1400, 1);
    path.passes(Duration.ofSeconds(60));
    assertThat(path.search.mtu()).isEqualTo(1400);
    path.carries = 1500;

    path.passes(Duration.ofMinutes(10));

    assertThat(path.search.mtu()).isEqualTo(LIMIT);
  }

  @Property(tries = 50)
  void lossDoesNotDeceiveForLong(@ForAll long seed) {
    PathUnderTest path = new PathUnderTest(1452, seed);
    path.lostOfHundred = 10;
    path.inUse = true;

    path.passes(Duration.ofMinutes(1));
    assertThat(path.search.mtu()).isLessThanOrEqualTo(1452);
    path.lostOfHundred = 0;
    path.passes(Duration.ofMinutes(11));

    assertThat(path.search.mtu()).isEqualTo(1452);
  }

  @Test
  void aPathThatShrankIsToldOnce() {
    PathUnderTest path = new PathUnderTest(1500, 1);
    path.inUse = true;
    path.passes(Duration.ofSeconds(2));
    path.carries = 1400;

    path.passes(Duration.ofSeconds(2));

    assertThat(path.search.lost()).hasValue(LIMIT);
    path.passes(Duration.ofSeconds(60));
    assertThat(path.search.lost()).isEmpty();
  }

  @Test
  void aPathThatIsDeadSaysNothingAboutSizes() {
    PathUnderTest path = new PathUnderTest(1500, 1);
    path.inUse = true;
    path.passes(Duration.ofSeconds(2));
    path.carries = 0;

    path.passes(Duration.ofSeconds(30));
    assertThat(path.search.mtu()).isEqualTo(BASE);
    path.carries = 1500;
    path.passes(Duration.ofSeconds(30));

    assertThat(path.search.mtu()).isEqualTo(LIMIT);
    assertThat(path.search.lost()).isEmpty();
  }

  @Property(tries = 100)
  void aSearchOutlastsAnOutage(@ForAll @IntRange(min = 1, max = 20_000) int beginsAt) {
    PathUnderTest path = new PathUnderTest(1452, 1);
    path.passes(Duration.ofMillis(beginsAt));
    path.carries = 0;
    path.passes(Duration.ofSeconds(10));
    path.carries = 1452;

    path.inUse = true;
    path.passes(Duration.ofSeconds(60));

    assertThat(path.search.mtu()).isEqualTo(1452);
    assertThat(path.search.lost()).isEmpty();
  }

  @Test
  void aPathThatAnswersLateIsSearchedToTheEnd() {
    PathUnderTest path = new PathUnderTest(1400, 1);
    path.roundTrip = Duration.ofMillis(1_400).toNanos();
    path.inUse = true;

    path.passes(Duration.ofMinutes(5));

    assertThat(path.search.mtu()).isEqualTo(1400);
  }

  @Test
  void whoAnswersNobodyIsAskedEverLater() {
    PathUnderTest path = new PathUnderTest(0, 1);
    path.inUse = true;
    path.passes(Duration.ofMinutes(3));
    int probes = path.probes;

    path.passes(Duration.ofMinutes(10));

    assertThat(path.probes - probes).isLessThanOrEqualTo(11);
  }

  @Test
  void aDeadPathThatNobodyUsesIsLeftAlone() {
    PathUnderTest path = new PathUnderTest(0, 1);
    path.passes(Duration.ofSeconds(10));
    int probes = path.probes;

    path.passes(Duration.ofHours(1));

    assertThat(path.probes - probes).isLessThanOrEqualTo(6);
    path.carries = 1500;
    path.inUse = true;
    path.passes(Duration.ofSeconds(3));
    assertThat(path.search.mtu()).isEqualTo(LIMIT);
  }

  @Test
  void whatThisHostCannotSendIsNotWaitedFor() {
    PathSearch search = new PathSearch(BASE, LIMIT, OVERHEAD, 0);

    OptionalInt due = search.due(0);
    while (due.isPresent() && due.getAsInt() > 1400) {
      search.refused(due.getAsInt(), 0);
      due = search.due(0);
    }
    search.answered(due.orElseThrow(), 1);

    assertThat(search.mtu()).isGreaterThan(1300).isLessThanOrEqualTo(1400);
  }

  @Test
  @Threat("T26")
  void neverGoesBelowTheBaseNorBeyondTheLimit() {
    PathSearch search = new PathSearch(BASE, LIMIT, OVERHEAD, 0);

    search.answered(9000, 0);
    assertThat(search.mtu()).as("beyond the limit").isEqualTo(BASE);
    search.answered(100, 0);
    assertThat(search.mtu()).as("below the base").isEqualTo(BASE);
    search.refused(1000, 0);
    assertThat(search.mtu()).as("refused below the base").isEqualTo(BASE);
  }
}
