package org.culvert.api.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFileTest {
  @TempDir Path directory;

  @Test
  void makesFileAndItsDirectory() throws IOException {
    Path file = directory.resolve("new").resolve("file");

    DurableFile.write(file, octets("one"), DurableFile.PRIVATE);

    assertThat(file).hasContent("one");
    assertThat(mode(file)).isEqualTo("rw-------");
    assertThat(names(directory.resolve("new"))).containsExactly("file");
  }

  @Test
  void replacesWholeFile() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "a longer text than the new one");

    DurableFile.write(file, octets("two"), DurableFile.PUBLIC);

    assertThat(file).hasContent("two");
    assertThat(mode(file)).isEqualTo("rw-r--r--");
    assertThat(names(directory)).containsExactly("file");
  }

  @Test
  void replacesWhatLinkPointsTo() throws IOException {
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Path target = Files.writeString(elsewhere.resolve("target"), "old");
    Path link = Files.createSymbolicLink(directory.resolve("link"), target);
    Path dangling =
        Files.createSymbolicLink(directory.resolve("dangling"), Path.of("elsewhere/later"));

    DurableFile.write(link, octets("new"), DurableFile.PRIVATE);
    DurableFile.write(dangling, octets("late"), DurableFile.PRIVATE);

    assertThat(link).isSymbolicLink();
    assertThat(target).hasContent("new");
    assertThat(dangling).isSymbolicLink();
    assertThat(elsewhere.resolve("later")).hasContent("late");
  }

  @Test
  void replacesDraftThatWasLeftBehind() throws IOException {
    Path file = directory.resolve("file");
    Files.writeString(directory.resolve(".file.new"), "half a fi");

    DurableFile.write(file, octets("whole"), DurableFile.PRIVATE);

    assertThat(file).hasContent("whole");
    assertThat(names(directory)).containsExactly("file");
  }

  @Test
  void discardsDraftThatWasLeftBehind() throws IOException {
    Path file = Files.createFile(directory.resolve("secret"));
    Path draft = DurableFile.draft(file, DurableFile.PRIVATE);

    DurableFile.discard(file);
    DurableFile.discard(file);

    assertThat(draft).doesNotExist();
    assertThat(file).exists();
  }

  @Test
  void leavesFileAloneThatIsNotToBeReplacedAnyMore() throws IOException {
    Path file = Files.writeString(directory.resolve("file"), "old");
    Path draft = DurableFile.draft(file, DurableFile.PRIVATE);
    Files.writeString(draft, "new");

    assertThat(DurableFile.publish(draft, file, () -> false)).isFalse();
    assertThat(file).hasContent("old");
    assertThat(DurableFile.publish(draft, file, () -> true)).isTrue();
    assertThat(file).hasContent("new");
  }

  @Test
  void leavesOldFileAloneWhenNewOneCannotTakeItsName() throws IOException {
    Path file = Files.createDirectory(directory.resolve("file"));
    Files.writeString(file.resolve("inside"), "old");

    assertThatThrownBy(() -> DurableFile.write(file, octets("new"), DurableFile.PRIVATE))
        .isInstanceOf(IOException.class);

    assertThat(file.resolve("inside")).hasContent("old");
    assertThat(names(directory)).containsExactly("file");
  }

  private static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String mode(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
