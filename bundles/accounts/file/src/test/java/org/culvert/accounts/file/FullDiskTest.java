package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.culvert.testkit.disk.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FullDiskTest {
  @TempDir private Path directory;

  @Test
  void refusesChangesAndLosesNothing() throws Exception {
    assumeTrue(ChildJvm.canHaveSmallDisk(), "this process may not mount a small disk");

    try (ChildJvm child =
        ChildJvm.startOnSmallDisk(directory, "256k", OnFullDisk.class, directory.toString())) {
      assertThat(child.await()).as("exit value; what is wrong stands above").isZero();
    }
  }
}
