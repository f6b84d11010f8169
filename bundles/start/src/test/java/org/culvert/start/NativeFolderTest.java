package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeFolderTest {
  @TempDir Path root;

  @Test
  void folderOfOnesOwnIsTakenAndEmptied() throws IOException {
    Path usual = root.resolve("native");
    Files.createDirectories(usual);
    Files.writeString(usual.resolve("left-by-a-crash.so"), "x");

    assertThat(folder(usual, root).find()).contains(usual);
    assertThat(usual).isEmptyDirectory();
  }

  @Test
  void anotherIsTakenWhereNothingCanBePut() throws IOException {
    Path usual = Files.writeString(root.resolve("file"), "").resolve("native");
    Path other = Files.createDirectory(root.resolve("other"));

    Path found = folder(usual, root.resolve("absent"), other).find().orElseThrow();

    assertThat(found).startsWith(other);
    assertThat(NativeFolder.runs(found)).isTrue();
    assertThat(found).isEmptyDirectory();
  }

  @Test
  void folderThatAKilledProcessLeftIsDeletedAtTheNextStart() throws IOException {
    Path usual = Files.writeString(root.resolve("file"), "").resolve("native");
    Path other = Files.createDirectory(root.resolve("other"));
    Path first = folder(usual, other).find().orElseThrow();
    Files.writeString(first.resolve("left.so"), "x");

    Path second = folder(usual, other).find().orElseThrow();

    assertThat(first).doesNotExist();
    assertThat(second).exists();
  }

  @Test
  void nothingIsFoundWhereNothingRuns() throws IOException {
    Path file = Files.writeString(root.resolve("file"), "");

    assertThat(folder(file.resolve("native"), file).find()).isEmpty();
  }

  @Test
  void mountIsNamedWithItsOptions() {
    List<String> mounts =
        List.of(
            "21 1 0:20 / / rw,relatime - ext4 /dev/sda rw",
            "22 21 0:21 / /var rw,nosuid,noexec - ext4 /dev/sdb rw",
            "23 21 0:22 / /var/lib/other rw - ext4 /dev/sdc rw");

    assertThat(Mounts.describe(Path.of("/var/lib/culvert"), mounts))
        .isEqualTo("mount /var, rw,nosuid,noexec");
    assertThat(Mounts.describe(Path.of("/variant"), mounts)).isEqualTo("mount /, rw,relatime");
  }

  private NativeFolder folder(Path usual, Path... others) {
    return new NativeFolder(usual, List.of(others), root.resolve("note.properties"));
  }
}
