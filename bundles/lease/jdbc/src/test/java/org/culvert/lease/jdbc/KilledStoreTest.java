package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.SplittableRandom;
import org.culvert.testkit.disk.ChildJvm;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a process that writes leases at random instants, its first start included.
 *
 * <p>{@code -Dculvert.kills=200} does it more often than the usual way, {@code -Dculvert.seed=…} as
 * it was done before.
 */
class KilledStoreTest {
  private static final int KILLS = Integer.getInteger("culvert.kills", 8);
  private static final int LONGEST_LIFE_MILLIS = 3_000;
  private static final int MOST_LINES = 2_000;

  @TempDir Path directory;

  @Test
  @Promise("P2")
  void hasWhatItConfirmedAndNothingThatItRefused() throws Exception {
    long seed = Long.getLong("culvert.seed", System.nanoTime());
    System.out.println(KILLS + " kills with -Dculvert.seed=" + seed);
    SplittableRandom random = new SplittableRandom(seed);
    Path file = directory.resolve("0").resolve("leases.db");
    Witness witness = new Witness();
    int confirmed = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      if (random.nextInt(4) == 0) {
        confirmed += witness.stored();
        file = directory.resolve(kill + "-new").resolve("leases.db");
        witness = new Witness();
      }
      try (ChildJvm writer =
          ChildJvm.start(RandomWriter.class, Map.of(), file.toString(), "" + random.nextLong())) {
        if (random.nextInt(3) == 0) {
          // Somewhere in the start of the process, or of the store.
          Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
        } else {
          int lines = random.nextInt(MOST_LINES);
          for (int i = 0; i < lines; i++) {
            assertThat(witness.hear(writer)).as("it still runs").isTrue();
          }
        }
        writer.kill();
        witness.check(writer, file, "kill " + kill + " with -Dculvert.seed=" + seed);
      }
    }
    assertThat(confirmed + witness.stored()).as("some leases were stored").isPositive();
  }
}
