package org.culvert.api.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is told of a file that cannot be written. */
class FullDiskTest {
  private static final Path FULL = Path.of("/dev/full");

  @TempDir Path directory;

  private String room() {
    return "the disk is full; make room on the disk of "
        + directory
        + " (df "
        + directory
        + " shows it)";
  }

  static boolean hasFull() {
    return Files.isWritable(FULL);
  }

  @Test
  void saysWhereToMakeRoom() {
    Path file = directory.resolve("users");

    assertThat(FullDisk.words(file, new IOException("No space left on device"))).isEqualTo(room());
    assertThat(FullDisk.words(file, new IOException(file + ": Disk quota exceeded")))
        .isEqualTo(room());
    assertThat(
            FullDisk.words(
                file, new UncheckedIOException(new IOException("No space left on device"))))
        .isEqualTo(room());
  }

  @Test
  void namesADirectoryThatIsThere() {
    Path file = directory.resolve("not/made/yet");

    assertThat(FullDisk.words(file, new IOException("No space left on device"))).isEqualTo(room());
  }

  @Test
  void saysWhatElseIsWrong() {
    Path file = directory.resolve("users");

    assertThat(FullDisk.words(file, new NoSuchFileException("users")))
        .isEqualTo("java.nio.file.NoSuchFileException: users");
    assertThat(FullDisk.remedy(file, new IOException())).isEmpty();
  }

  @Test
  @EnabledIf("hasFull")
  void knowsTheWordsOfThisSystem() {
    IOException failure = null;
    try {
      Files.write(FULL, new byte[1]);
    } catch (IOException e) {
      failure = e;
    }

    assertThat(failure).isNotNull();
    assertThat(FullDisk.words(directory.resolve("users"), failure)).isEqualTo(room());
  }

  @Test
  void knowsHowMuchIsLeft() {
    assertThat(FullDisk.room(directory.resolve("users"))).isNotEmpty();
  }
}
