package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.status.StatusCode;
import org.culvert.testkit.client.ScriptedSignaling;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The password's file may change, and be wrong, at any time. */
class FollowedPasswordTest {
  private static final Duration SOON = Duration.ofSeconds(2);

  @TempDir Path directory;
  private Path file;
  private ClientFixture f;

  @BeforeEach
  void name() {
    file = directory.resolve("password");
    f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("user", "alice").with("password_file", file.toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {" s3cret", "s3cret ", "s3cret\t"})
  void tellsOfASpaceThatNobodySees(String password) {
    ClientFixture open = new ClientFixture(directory, "192.0.2.1");
    open.configs.with("user", "alice").with("password", password);
    open.startConnected();

    assertThat(open.client.mistakes())
        .singleElement()
        .extracting(Mistake::text)
        .asString()
        .contains("org.culvert.client.cfg", "password", "ends with a space")
        .doesNotContain("s3cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "open", "empty", "lines", "latin", "directory"})
  void waitsForAFileThatIsWrongAndGoesOnByItself(String fault) throws IOException {
    spoil(fault);
    f.startConnected();
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.asked()).isEmpty();
    assertThat(f.lastError()).contains("password.file = \"" + file).doesNotContain("canary");
    assertThat(f.client.mistakes()).extracting(Mistake::text).containsExactly(f.lastError());
    f.pass(Duration.ofHours(1));

    Files.deleteIfExists(file);
    write("right");
    f.pass(SOON);

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(password()).isEqualTo("right");
    assertThat(f.client.mistakes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "open", "empty", "lines", "latin", "directory"})
  void keepsThePasswordThatItHad(String fault) throws IOException {
    write("right");
    f.startConnected();

    spoil(fault);
    f.pass(SOON);
    assertThat(f.lastError()).contains("password.file = \"" + file).doesNotContain("canary");
    assertThat(f.client.mistakes()).hasSize(1);
    f.client.reconnect();
    f.pass(Duration.ZERO);

    assertThat(f.asked()).hasSize(2);
    assertThat(password()).isEqualTo("right");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void aNewPasswordIsUsedAtOnceAfterTheOldOneWasRefused() throws IOException {
    write("wrong");
    f.signaling.answer(
        (target, asked) -> ScriptedSignaling.refused(StatusCode.AUTHENTICATION_FAILED));
    f.start();
    f.pass(Duration.ofHours(5));
    assertThat(f.phase()).isEqualTo(Phase.WAITING);

    f.grant();
    write("right");
    f.pass(SOON);

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(password()).isEqualTo("right");
  }

  @Test
  void eachAttemptReadsTheFile() throws IOException {
    write("first");
    f.startConnected();

    write("second");
    f.client.reconnect();
    f.pass(Duration.ZERO);

    assertThat(password()).isEqualTo("second");
  }

  @Test
  void aFileThatDoesNotChangeAsksForNothing() throws IOException {
    write("right");
    f.startConnected();

    f.pass(Duration.ofMinutes(10));

    assertThat(f.asked()).hasSize(1);
  }

  private String password() {
    return f.signaling
        .asked()
        .get(f.signaling.asked().size() - 1)
        .credentials()
        .password()
        .orElseThrow();
  }

  private void spoil(String fault) throws IOException {
    Files.deleteIfExists(file);
    switch (fault) {
      case "open" -> {
        write("canary");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
      }
      case "empty" -> write("");
      case "lines" -> write("canary\nsecond");
      case "latin" -> {
        write("");
        Files.write(file, "canary\u00e9".getBytes(StandardCharsets.ISO_8859_1));
      }
      case "directory" ->
          Files.createDirectory(
              file,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      default -> {
        // It is missing.
      }
    }
  }

  private void write(String content) throws IOException {
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
  }
}
