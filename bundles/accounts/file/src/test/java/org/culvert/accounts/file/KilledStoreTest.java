package org.culvert.accounts.file;

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
 * Kills a process that changes users at random instants, its first start included, and while its
 * disk fails where there is a C compiler.
 *
 * <p>{@code -Dculvert.kills=200} does it more often than the usual way, {@code -Dculvert.seed=…} as
 * it was done before.
 */
class KilledStoreTest {
  private static final int KILLS = Integer.getInteger("culvert.kills", 4);
  private static final int LONGEST_START_MILLIS = 1_500;
  private static final int MOST_LINES = 60;

  @TempDir Path directory;

  private final long seed = Long.getLong("culvert.seed", System.nanoTime());
  private final SplittableRandom random = new SplittableRandom(seed);
  private Listener listener = new Listener();
  private Path file = Path.of("");

  @Test
  void hasWhatItConfirmedAndNothingThatItRefused() throws Exception {
    System.out.println(KILLS + " kills with -Dculvert.seed=" + seed);
    Optional<FailingDisk> disk =
        FailingDisk.build(Files.createDirectories(directory.resolve("outside")), "/the-disk/");
    begin(0);
    int confirmed = 0;
    for (int kill = 0; kill < KILLS; kill++) {
      if (random.nextInt(4) == 0) {
        confirmed += listener.stored();
        begin(kill);
      }
      try (ChildJvm program = start(disk)) {
        if (random.nextInt(3) == 0) {
          // Somewhere in the start of the process, or of the store.
          Thread.sleep(random.nextInt(LONGEST_START_MILLIS));
        } else {
          hearSome(program);
          if (disk.isPresent() && random.nextInt(3) == 0) {
            disk.get().fail(Fault.values()[random.nextInt(Fault.values().length)]);
            hearSome(program);
          }
        }
        program.kill();
        if (disk.isPresent()) {
          disk.get().heal();
        }
        listener.check(program, file);
      } catch (AssertionError e) {
        throw new AssertionError("kill " + kill + " with -Dculvert.seed=" + seed, e);
      }
    }
    assertThat(confirmed + listener.stored()).as("some changes were stored").isPositive();
  }

  private void begin(int number) throws IOException {
    listener = new Listener();
    file =
        Files.createDirectories(directory.resolve("the-disk").resolve("" + number))
            .resolve("users.properties");
    Files.writeString(file, "# Users.\n");
  }

  private ChildJvm start(Optional<FailingDisk> disk) throws IOException {
    return ChildJvm.start(
        Administrator.class,
        disk.map(FailingDisk::environment).orElse(Map.of()),
        file.toString(),
        "true",
        "" + random.nextLong(),
        "" + listener.last());
  }

  private void hearSome(ChildJvm program) throws IOException {
    int lines = random.nextInt(MOST_LINES);
    for (int i = 0; i < lines; i++) {
      assertThat(listener.hear(program)).as("it still runs").isTrue();
    }
  }
}
