package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A script stands in for the program. */
class NftTest {
  @TempDir Path directory;

  /** As many words as this fill a pipe, and whoever writes them waits for a reader. */
  @Test
  void isNotHeldUpByAProgramThatComplainsOfEachLine() throws Exception {
    Nft nft =
        program(
            "cat >/dev/null",
            "echo '-:1:1-2: Error: No such file or directory'",
            "head -c 300000 /dev/zero | tr '\\0' x",
            "exit 1");

    assertThatThrownBy(() -> nft.change("add table inet culvert_test0\n"))
        .hasMessageEndingWith("refuses: No such file or directory");
  }

  private Nft program(String... lines) throws Exception {
    Path file = directory.resolve("nft");
    Files.writeString(file, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + String.join("\n", lines) + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return new Nft(file.toString());
  }
}
