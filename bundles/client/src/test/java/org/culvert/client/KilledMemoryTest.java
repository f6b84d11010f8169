package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.culvert.testkit.disk.ChildJvm;
import org.culvert.testkit.disk.FailingDisk;
import org.culvert.testkit.disk.FailingDisk.Fault;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills a client that remembers what worked at random instants, its first start included, and while
 * its disk fails where there is a C compiler.
 *
 * <p>{@code -Dculvert.kills=200} does it more often than the usual way, {@code -Dculvert.seed=…} as
 * it was done before.
 */
class KilledMemoryTest {
  private static final int KILLS = Integer.getInteger("culvert.kills", 8);
  private static final int LONGEST_START_MILLIS = 1_000;
  private static final int MOST_LINES = 400;

  @TempDir Path directory;

  private final long seed = Long.getLong("culvert.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private Path disk = Path.of("");

  /** The highest number that was remembered, and what was on the disk when it was looked at. */
  private int last;

  private int kept;

  @Test
  void fileIsWholeAndHasWhatWasWrittenLast() throws Exception {
    System.out.println(KILLS + " kills with -Dculvert.seed=" + seed);
    Optional<FailingDisk> failing =
        FailingDisk.build(Files.createDirectories(directory.resolve("outside")), "/the-disk/");
    begin(0);
    int most = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      if (random.nextInt(4) == 0) {
        begin(kill);
      }
      try {
        live(failing);
      } catch (AssertionError | RuntimeException e) {
        throw new AssertionError("kill " + kill + " with -Dculvert.seed=" + seed, e);
      }
      most = Math.max(most, kept);
    }
    assertThat(most).as("something was remembered").isPositive();
  }

  private void begin(int number) throws IOException {
    disk = Files.createDirectories(directory.resolve("the-disk").resolve("" + number));
    last = 0;
    kept = 0;
  }

  private void live(Optional<FailingDisk> failing) throws IOException, InterruptedException {
    Map<String, String> environment = failing.map(FailingDisk::environment).orElse(Map.of());
    try (ChildJvm client =
        ChildJvm.start(Rememberer.class, environment, disk.toString(), "" + (last + 1))) {
      if (random.nextInt(3) == 0) {
        // Somewhere in the start of the process.
        Thread.sleep(random.nextInt(LONGEST_START_MILLIS));
      } else {
        hearSome(client);
        if (failing.isPresent() && random.nextInt(3) == 0) {
          failing.get().fail(Fault.values()[random.nextInt(Fault.values().length)]);
          hearSome(client);
        }
      }
      client.kill();
      while (hear(client)) {
        // The pipe still holds what it said last.
      }
    }
    if (failing.isPresent()) {
      failing.get().heal();
    }
    // It is written before it is told, and may be killed in between.
    int found = Rememberer.stored(disk);
    assertThat(found).isBetween(kept, last + 1);
    kept = found;
    last = Math.max(last, found);
  }

  private void hearSome(ChildJvm client) throws IOException {
    int lines = random.nextInt(MOST_LINES);
    for (int i = 0; i < lines; i++) {
      assertThat(hear(client)).as("it still runs").isTrue();
    }
  }

  private boolean hear(ChildJvm client) throws IOException {
    Optional<String> line = client.readLine();
    line.ifPresent(this::hear);
    return line.isPresent();
  }

  private void hear(String line) {
    String[] words = line.split(" ", 2);
    switch (words[0]) {
      case "tick" -> last = Integer.parseInt(words[1]);
      case "kept" -> kept = Integer.parseInt(words[1]);
      default ->
          assertThat(line)
              .containsAnyOf("cannot be written and is tried again", "can be written again");
    }
  }
}
