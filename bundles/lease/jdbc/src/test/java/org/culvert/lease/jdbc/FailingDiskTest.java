package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.culvert.testkit.disk.ChildJvm;
import org.culvert.testkit.disk.FailingDisk;
import org.culvert.testkit.disk.FailingDisk.Fault;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lets the disk below a process that writes leases and duties fail, and work again. */
class FailingDiskTest {
  private static final int SOME = 40;
  private static final int ROUNDS = 2;

  @TempDir Path directory;

  private final Witness witness = new Witness();
  private Path file;

  private ChildJvm start(FailingDisk disk, int seed) throws IOException {
    return ChildJvm.start(RandomWriter.class, disk.environment(), file.toString(), "" + seed);
  }

  private FailingDisk disk() throws IOException {
    file = directory.resolve("the-disk").resolve("leases.db");
    Optional<FailingDisk> disk =
        FailingDisk.build(Files.createDirectories(directory.resolve("outside")), "/the-disk/");
    assumeTrue(disk.isPresent(), "there is no C compiler, cc");
    return disk.get();
  }

  private void hearUntil(ChildJvm writer, BooleanSupplier enough) throws IOException {
    while (!enough.getAsBoolean()) {
      assertThat(witness.hear(writer)).as("it still runs").isTrue();
    }
  }

  private void hearMoreStored(ChildJvm writer) throws IOException {
    int before = witness.stored();
    hearUntil(writer, () -> witness.stored() >= before + SOME);
  }

  /** All users may be in doubt after a flush failed, and then there is no answer at all. */
  private void hearOfFailure(ChildJvm writer) throws IOException {
    int refused = witness.refused();
    int ticks = witness.ticks();
    hearUntil(writer, () -> witness.refused() >= refused + SOME || witness.ticks() >= ticks + SOME);
  }

  @ParameterizedTest
  // No new file is needed while it runs.
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NEW_ENOSPC", "RENAME_EIO"})
  void servesAsSoonAsTheDiskWorksAgain(Fault fault) throws Exception {
    FailingDisk disk = disk();
    try (ChildJvm writer = start(disk, 1)) {
      hearMoreStored(writer);
      for (int round = 0; round < ROUNDS; round++) {
        disk.fail(fault);
        hearOfFailure(writer);
        int stored = witness.stored();
        hearOfFailure(writer);
        assertThat(witness.stored()).as("nothing is confirmed meanwhile").isEqualTo(stored);
        disk.heal();
        hearMoreStored(writer);
      }
      writer.kill();
      witness.check(writer, file, fault.toString());
    }
  }

  @ParameterizedTest
  // No new file is needed while it runs.
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"NEW_ENOSPC", "RENAME_EIO"})
  void hasStoredNothingThatItRefusedWhenItIsKilledOnFailingDisk(Fault fault) throws Exception {
    FailingDisk disk = disk();
    for (int round = 0; round < ROUNDS; round++) {
      try (ChildJvm writer = start(disk, round)) {
        hearMoreStored(writer);
        disk.fail(fault);
        hearOfFailure(writer);
        writer.kill();
        disk.heal();
        witness.check(writer, file, fault + ", round " + round);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"SHORT_ENOSPC", "FLUSH_EIO", "NEW_ENOSPC", "READ_ONLY"})
  void startsAsSoonAsTheDiskWorks(Fault fault) throws Exception {
    FailingDisk disk = disk();
    disk.fail(fault);
    try (ChildJvm writer = start(disk, 1)) {
      hearUntil(writer, () -> witness.ticks() >= SOME);
      assertThat(witness.stored()).isZero();
      disk.heal();
      hearMoreStored(writer);
      writer.kill();
      witness.check(writer, file, fault.toString());
    }
  }
}
