package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.culvert.api.service.ServiceException;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;
import org.junit.jupiter.api.Test;

class WatchTest {
  private static final Duration PROMISE = Duration.ofSeconds(2);

  private final ManualClock clock = new ManualClock();
  private final ManualExecutor timer = new ManualExecutor(clock);

  /** What is not there. */
  private final TreeSet<String> missing = new TreeSet<>();

  /** What another program takes away as soon as it is there. */
  private final TreeSet<String> hunted = new TreeSet<>();

  private final List<Long> repairs = new ArrayList<>();
  private final Watch watch =
      new Watch(timer, clock::nanoTime, () -> List.copyOf(missing), this::provide);

  @Test
  void givesWhatWasTakenAwayBeforeTheFirstLook() {
    missing.add("lan0 lacks an address");

    watch.begin();
    timer.advance(PROMISE);

    assertThat(missing).isEmpty();
  }

  @Test
  void givesAgainWhatIsTakenAwayWhileItIsGiven() {
    watch.begin();
    missing.add("lan0 lacks an address");
    hunted.add("lan0 lacks an address");
    timer.advance(Duration.ofSeconds(1));
    assertThat(missing).isNotEmpty();

    hunted.clear();
    timer.advance(PROMISE);

    assertThat(missing).isEmpty();
  }

  @Test
  void aQuarrelBecomesRareAndEndsWhenTheOtherDoes() {
    watch.begin();
    missing.add("lan0 lacks an address");
    hunted.add("lan0 lacks an address");
    timer.advance(Duration.ofHours(1));
    assertThat(repairs).hasSizeBetween(100, 150);

    hunted.clear();
    timer.advance(Duration.ofSeconds(31));
    assertThat(missing).isEmpty();

    // Long after, it is a fault like any other.
    timer.advance(Duration.ofMinutes(2));
    missing.add("lan0 lacks an address");
    timer.advance(PROMISE);
    assertThat(missing).isEmpty();
  }

  @Test
  void whatIsInNoQuarrelDoesNotWait() {
    watch.begin();
    missing.add("lan0 lacks an address");
    hunted.add("lan0 lacks an address");
    timer.advance(Duration.ofMinutes(10));

    missing.add("lan1 lacks an address");
    timer.advance(PROMISE);

    assertThat(missing).containsExactly("lan0 lacks an address");
  }

  @Test
  void givesNothingWhileNothingIsMissing() {
    watch.begin();

    timer.advance(Duration.ofHours(1));

    assertThat(repairs).isEmpty();
  }

  private void provide() throws ServiceException {
    repairs.add(clock.nanoTime());
    missing.clear();
    missing.addAll(hunted);
    if (!missing.isEmpty()) {
      throw ServiceException.passing(String.join("; ", missing), null);
    }
  }
}
