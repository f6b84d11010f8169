package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServiceManagerTest {
  private final List<String> failures = new ArrayList<>();

  @TempDir Path folder;

  @Test
  void isReadyOnceAndTellsHowItStands() throws IOException {
    ServiceManager manager = new ServiceManager(program("exit 0"), true, failures::add);

    assertThat(manager.tell("no port is open", false)).isTrue();
    assertThat(manager.tell("clients are served", true)).isTrue();
    assertThat(manager.tell("no port\nis open", false)).isTrue();
    assertThat(manager.tell("clients are served", true)).isTrue();
    manager.stopping();

    assertThat(heard())
        .containsExactly(
            "[STATUS=no port is open]",
            "[STATUS=clients are served]",
            "[READY=1]",
            "[STATUS=no port is open]",
            "[STATUS=clients are served]",
            "[STOPPING=1]");
  }

  @Test
  void isReadyAgainWhereThatWasNotHeard() throws IOException {
    ServiceManager manager = new ServiceManager(program("[ -e \"$0.deaf\" ]"), true, failures::add);

    assertThat(manager.tell("clients are served", true)).isFalse();
    Files.createFile(folder.resolve("notify.deaf"));
    assertThat(manager.tell("clients are served", true)).isTrue();

    assertThat(heard())
        .containsExactly(
            "[STATUS=clients are served]", "[READY=1]", "[STATUS=clients are served]", "[READY=1]");
  }

  /** systemd takes 4,096 octets, and a host may have thousands of addresses to tell of. */
  @Test
  void isReadyHoweverMuchThereIsToTell() throws IOException {
    ServiceManager manager = new ServiceManager(program("exit 0"), true, failures::add);

    assertThat(manager.tell("UDP 192.0.2.1:3653, ".repeat(1_000), true)).isTrue();

    assertThat(heard()).hasSize(2).endsWith("[READY=1]");
    assertThat(heard().get(0)).hasSizeLessThan(1_100).endsWith("...]");
  }

  @Test
  void runsNothingWhereNobodyWantsToKnow() throws IOException {
    ServiceManager manager = new ServiceManager(program("exit 0"), false, failures::add);

    assertThat(manager.tell("clients are served", true)).isTrue();
    manager.stopping();

    assertThat(folder.resolve("notify.heard")).doesNotExist();
  }

  @Test
  void goesOnWithoutTheProgram() {
    ServiceManager manager =
        new ServiceManager(folder.resolve("none").toString(), true, failures::add);

    assertThat(manager.tell("clients are served", true)).isFalse();
    manager.stopping();
    assertThat(failures).singleElement().asString().contains("NOTIFY_SOCKET is set");
  }

  private String program(String end) throws IOException {
    Path program = folder.resolve("notify");
    Files.writeString(
        program,
        """
        #!/bin/sh
        for word; do printf '[%%s]' "$word"; done >>"$0.heard"
        echo >>"$0.heard"
        %s
        """
            .formatted(end));
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    return program.toString();
  }

  private List<String> heard() throws IOException {
    return Files.readAllLines(folder.resolve("notify.heard"));
  }
}
