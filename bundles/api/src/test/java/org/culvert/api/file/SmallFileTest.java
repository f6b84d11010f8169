package org.culvert.api.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmallFileTest {
  @TempDir private Path folder;

  @Test
  void readsWhatFits() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3});
    Path link = Files.createSymbolicLink(folder.resolve("link"), file);

    assertThat(SmallFile.read(link, 3)).containsExactly(1, 2, 3);
  }

  @Test
  void refusesWhatIsLargerAlsoIfItsSizeDoesNotSay() throws IOException {
    Path file = Files.write(folder.resolve("file"), new byte[] {1, 2, 3});

    assertThatThrownBy(() -> SmallFile.read(file, 2))
        .isInstanceOf(IOException.class)
        .hasMessage(file + " is larger than 2 octets");
    // Its size is told as 0.
    assertThatThrownBy(() -> SmallFile.read(Path.of("/proc/self/status"), 2))
        .hasMessageEndingWith("is larger than 2 octets");
  }

  @Test
  void waitsAtNoPipe() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();

    assertThatThrownBy(() -> SmallFile.read(pipe, 10)).hasMessage(pipe + " is no regular file");
    assertThatThrownBy(() -> SmallFile.read(folder, 10)).hasMessage(folder + " is no regular file");
  }

  @Test
  void tellsTheReasonWithoutTheName() {
    assertThatThrownBy(() -> SmallFile.check(folder))
        .isInstanceOfSatisfying(
            UnfitFileException.class, e -> assertThat(e.reason()).isEqualTo("is no regular file"));
    assertThatCode(() -> SmallFile.check(folder.resolve("none"))).doesNotThrowAnyException();
  }

  @Test
  void tellsOfAbsence() {
    assertThatThrownBy(() -> SmallFile.read(folder.resolve("none"), 10))
        .isInstanceOf(NoSuchFileException.class);
  }
}
