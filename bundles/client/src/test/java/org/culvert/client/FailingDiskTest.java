package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.testkit.disk.ChildJvm;
import org.culvert.testkit.disk.FailingDisk;
import org.culvert.testkit.disk.FailingDisk.Fault;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lets the disk fail on which a client remembers what worked, and work again. */
class FailingDiskTest {
  private static final int SOME = 50;

  @TempDir static Path directory;

  private static Optional<FailingDisk> built = Optional.empty();

  private final List<String> log = new ArrayList<>();
  private int last;

  @BeforeAll
  static void build() throws IOException {
    built = FailingDisk.build(Files.createDirectories(directory.resolve("outside")), "/the-disk/");
  }

  private void hear(ChildJvm client) throws IOException {
    String line = client.readLine().orElseThrow();
    if (line.startsWith("tick ")) {
      last = Integer.parseInt(line.substring("tick ".length()));
    } else if (!line.startsWith("kept ")) {
      log.add(line);
    }
  }

  private void hearMore(ChildJvm client) throws IOException {
    int end = last + SOME;
    while (last < end) {
      hear(client);
    }
  }

  private static long count(List<String> lines, String words) {
    return lines.stream().filter(line -> line.contains(words)).count();
  }

  @ParameterizedTest
  @EnumSource
  void goesOnAndWritesItDownAsSoonAsTheDiskWorksAgain(Fault fault) throws Exception {
    assumeTrue(built.isPresent(), "there is no C compiler, cc");
    FailingDisk failing = built.get();
    Path disk = Files.createDirectories(directory.resolve("the-disk").resolve(fault.name()));
    try (ChildJvm client =
        ChildJvm.start(Rememberer.class, failing.environment(), disk.toString(), "1")) {
      hearMore(client);
      while (!Files.exists(Rememberer.settings(disk).state())) {
        hear(client);
      }
      failing.fail(fault);
      while (count(log, "cannot be written and is tried again") == 0) {
        hear(client);
      }
      int kept = Rememberer.stored(disk);
      hearMore(client);
      assertThat(Rememberer.stored(disk)).as("nothing is written meanwhile").isEqualTo(kept);
      assertThat(count(log, "cannot be written and is tried again")).isEqualTo(1);
      failing.heal();
      int healed = last;
      while (Rememberer.stored(disk) <= healed || count(log, "can be written again") == 0) {
        hear(client);
      }
      failing.fail(fault);
      hearMore(client);
      client.kill();
      assertThat(Rememberer.stored(disk)).isGreaterThan(healed);
    } finally {
      failing.heal();
    }
  }
}
