package org.culvert.endpoint;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.OptionalInt;
import java.util.Random;

/** A search on a path of which a test decides what it carries, in simulated time. */
final class PathUnderTest {
  static final int BASE = 1280;
  static final int LIMIT = 1480;
  static final int OVERHEAD = 28;
  private static final long STEP = Duration.ofMillis(50).toNanos();

  private record Answer(long at, int size) {}

  final PathSearch search = new PathSearch(BASE, LIMIT, OVERHEAD, 0);
  private final Deque<Answer> answers = new ArrayDeque<>();
  private final Random random;
  int carries;
  int lostOfHundred;
  long roundTrip = Duration.ofMillis(150).toNanos();
  boolean inUse;

  /** Whether a router says at once what would fit. */
  boolean isReported;

  int probes;

  /** The largest that was used. */
  int most = BASE;

  long now;

  PathUnderTest(int carries, long seed) {
    this.carries = carries;
    this.random = new Random(seed);
  }

  /** Lets time pass. */
  void passes(Duration time) {
    long end = now + time.toNanos();
    while (now < end) {
      now += STEP;
      while (!answers.isEmpty() && answers.peek().at <= now) {
        search.answered(answers.remove().size, now);
      }
      if (inUse) {
        search.used(now);
      }
      OptionalInt due = search.due(now);
      if (due.isPresent()) {
        send(due.getAsInt());
      }
      most = Math.max(most, search.mtu());
    }
  }

  private void send(int size) {
    probes++;
    if (size <= carries && random.nextInt(100) >= lostOfHundred) {
      answers.add(new Answer(now + roundTrip, size));
    } else if (size > carries && isReported) {
      search.reported(carries, now);
    }
  }

  /** Returns a path that was searched to the end and carries packets since. */
  static PathUnderTest inUse(int carries) {
    PathUnderTest path = new PathUnderTest(carries, 1);
    path.passes(Duration.ofSeconds(60));
    path.inUse = true;
    path.passes(Duration.ofSeconds(2));
    return path;
  }
}
