package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import org.culvert.testkit.disk.ChildJvm;
import org.culvert.testkit.disk.FailingDisk;
import org.culvert.testkit.disk.FailingDisk.Fault;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lets the disk below a process that keeps users fail, and work again. */
class FailingDiskTest {
  private static final int SOME = 4;

  @TempDir static Path directory;

  private final Listener listener = new Listener();
  private FailingDisk disk;
  private Path file;
  private Path copy;
  private static Optional<FailingDisk> built = Optional.empty();

  @BeforeAll
  static void build() throws IOException {
    built = FailingDisk.build(Files.createDirectories(directory.resolve("outside")), "/the-disk/");
  }

  @BeforeEach
  void choose() throws IOException {
    assumeTrue(built.isPresent(), "there is no C compiler, cc");
    disk = built.get();
    disk.heal();
    file =
        Files.createTempDirectory(Files.createDirectories(directory.resolve("the-disk")), "a")
            .resolve("users.properties");
    copy = Path.of(file + ".last-good");
    Files.writeString(file, "# Users.\n");
  }

  private ChildJvm start(boolean changes) throws IOException {
    return ChildJvm.start(
        Administrator.class, disk.environment(), file.toString(), "" + changes, "1", "0");
  }

  private void hearMoreStored(ChildJvm program) throws IOException {
    int before = listener.stored();
    listener.hearUntil(program, () -> listener.stored() >= before + SOME);
  }

  private void hearMoreRefused(ChildJvm program) throws IOException {
    int before = listener.refusals().size();
    listener.hearUntil(program, () -> listener.refusals().size() >= before + SOME);
  }

  private void hearWarning(ChildJvm program, String words) throws IOException {
    listener.hearUntil(
        program, () -> listener.warnings().stream().anyMatch(text -> text.contains(words)));
  }

  private static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (NoSuchFileException e) {
      return "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void changeIsRefusedWholeAndDoneAsSoonAsTheDiskWorksAgain(Fault fault) throws Exception {
    try (ChildJvm program = start(true)) {
      hearMoreStored(program);
      disk.fail(fault);
      hearMoreRefused(program);
      int stored = listener.stored();
      hearMoreRefused(program);
      assertThat(listener.stored()).as("nothing is confirmed meanwhile").isEqualTo(stored);
      disk.heal();
      hearMoreStored(program);
      disk.fail(fault);
      hearMoreRefused(program);
      program.kill();
      disk.heal();
      listener.check(program, file);
    }
    assertThat(listener.refusals())
        .allSatisfy(
            words ->
                assertThat(words)
                    .startsWith(file + " cannot be changed: ")
                    .containsAnyOf(
                        "the disk is full. Make room on the disk of " + file.getParent() + " (",
                        "Input/output error. See to the disk of " + file.getParent() + " (",
                        "Read-only file system. See to the disk of " + file.getParent() + " (")
                    .endsWith(", and try again."));
  }

  @ParameterizedTest
  @EnumSource(names = {"SHORT_ENOSPC", "FLUSH_EIO", "RENAME_EIO", "READ_ONLY"})
  void passwordsAreHashedAndTheFileIsCopiedByThemselvesAfterwards(Fault fault) throws Exception {
    Files.writeString(file, "alice = alice\n", StandardOpenOption.APPEND);
    disk.fail(fault);
    try (ChildJvm program = start(false)) {
      hearWarning(program, "keeps passwords in clear");
      Files.writeString(file, "bob = bob\n", StandardOpenOption.APPEND);
      int ticks = listener.ticks();
      listener.hearUntil(program, () -> listener.ticks() >= ticks + SOME);
      assertThat(read(file)).isEqualTo("# Users.\nalice = alice\nbob = bob\n");
      disk.heal();
      listener.hearUntil(program, () -> read(copy).contains("bob = since"));
      assertThat(read(file))
          .isEqualTo(read(copy))
          .contains("alice = since")
          .doesNotContain("= bob", "= alice");

      disk.fail(fault);
      Files.delete(copy);
      Files.setLastModifiedTime(file, FileTime.from(Instant.EPOCH));
      hearWarning(program, "is not kept a second time");
      disk.heal();
      listener.hearUntil(program, () -> read(copy).equals(read(file)));
      program.kill();
      listener.check(program, file);
    }
  }
}
