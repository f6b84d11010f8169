package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.culvert.testkit.disk.ChildJvm;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tries {@link OnFullDisk} on a disk of one megabyte. */
class FullDiskTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"serve", "fit", "start", "copy", "tell"})
  void worksAsFarAsTheDiskDoes(String what) throws Exception {
    assumeTrue(ChildJvm.canHaveSmallDisk(), "this process may not mount a small disk");

    try (ChildJvm child =
        ChildJvm.startOnSmallDisk(directory, "1m", OnFullDisk.class, directory.toString(), what)) {
      assertThat(child.await()).as("exit value of '%s'; what is wrong stands above", what).isZero();
    }
  }
}
