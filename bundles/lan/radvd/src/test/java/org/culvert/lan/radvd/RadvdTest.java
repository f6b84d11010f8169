package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.culvert.api.service.ServiceException;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RadvdTest {
  /** Ends at once for as long as there is a file "hunter". */
  private static final String PROGRAM =
      """
      #!/bin/sh
      [ "$1" = -c ] && exit 0
      [ -e "%s/hunter" ] && exit 1
      exec sleep 600
      """;

  @TempDir Path directory;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  @AfterEach
  void end() {
    timer.shutdownNow();
  }

  @Test
  void isStartedAgainIfItEndsInTheMomentOfItsStart() throws Exception {
    Path program = directory.resolve("radvd");
    Files.writeString(program, PROGRAM.formatted(directory));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    Radvd radvd = new Radvd(new Programs(List.of()), program.toString(), directory, timer);
    Path hunter = Files.createFile(directory.resolve("hunter"));
    assertThatThrownBy(() -> radvd.announce("")).isInstanceOf(ServiceException.class);
    assertThat(radvd.runs()).isFalse();

    Files.delete(hunter);

    Eventually.holds("it runs", radvd::runs);
    radvd.stop();
    assertThat(radvd.runs()).isFalse();
  }
}
