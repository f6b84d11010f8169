package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.culvert.api.config.InvalidConfigurationException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PasswordFileTest {
  @TempDir Path directory;
  private Path file;

  @BeforeEach
  void name() {
    file = directory.resolve("password");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3 cret", "s3 cret\n", "s3 cret\r\n"})
  void readsThePasswordWithoutTheEndOfItsLine(String content) throws IOException {
    write(content, "rw-------");

    assertThat(read()).isEqualTo("s3 cret");
    assertThat(settings()).asString().doesNotContain("s3 cret");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rwx--x---"})
  void refusesAFileThatOthersMayUse(String mode) throws IOException {
    write("canary", mode);

    assertRefused("chmod 0600");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "\n", "canary\nsecond", "canary\n\n", "can\0ary"})
  void refusesWhatIsNotOnePassword(String content) throws IOException {
    write(content, "rw-------");

    assertRefused("on one line");
  }

  @Test
  void refusesAFileThatIsTooLong() throws IOException {
    write("a".repeat(1024), "rw-------");
    assertThat(read()).hasSize(1024);

    write("canary".repeat(171), "rw-------");
    assertRefused("larger than 1024");
  }

  @Test
  void refusesAFileThatIsNotText() throws IOException {
    write("", "rw-------");
    Files.write(file, new byte[] {(byte) 0xFF, 'x'});

    assertRefused("UTF-8");
  }

  @Test
  void refusesAFileThatIsNotThere() {
    assertRefused("cannot be read");
  }

  @Test
  void refusesAPasswordBesideTheFile() throws IOException {
    write("canary", "rw-------");

    assertThatThrownBy(() -> configs().with("password", "canary").settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("set twice")
        .hasMessageNotContaining("canary");
  }

  @Test
  void refusesWhatIsNoFileName() {
    assertThatThrownBy(() -> configs().with("password_file", "a\0b").settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("it is no file name");
  }

  private Configs configs() {
    return Configs.forServers("a").with("user", "u").with("password_file", file.toString());
  }

  private ClientSettings settings() {
    return configs().settings();
  }

  private String read() {
    return settings().passwordFile().orElseThrow().read();
  }

  private void assertRefused(String words) {
    assertThatThrownBy(this::read)
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("etc/org.culvert.client.cfg: password.file")
        .hasMessageContaining(words)
        .hasMessageNotContaining("canary");
  }

  private void write(String content, String mode) throws IOException {
    Files.write(file, content.getBytes(StandardCharsets.UTF_8));
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
