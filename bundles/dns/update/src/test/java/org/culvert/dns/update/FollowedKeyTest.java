package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FollowedKeyTest {
  private static final String OTHER = "B".repeat(44);

  @TempDir Path directory;
  private Path file;
  private final List<String> journal = new ArrayList<>();

  @BeforeEach
  void name() {
    file = directory.resolve("key");
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "none", "short"})
  void waitsUntilTheFileIsRight(String fault) throws IOException {
    spoil(fault);
    FollowedKey key = followed();
    key.look();
    assertThat(journal).isEmpty();
    assertThat(key.mistakes())
        .singleElement()
        .matches(mistake -> mistake.text().contains("key.file = \"" + file))
        .matches(mistake -> !mistake.text().contains(Configurations.SECRET));

    write(Configurations.SECRET, "rw-------");
    key.look();
    assertThat(journal).containsExactly("start");
    assertThat(key.mistakes()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"rw-r-----", "none", "short"})
  void goesOnWithTheSecretOfBefore(String fault) throws IOException {
    write(Configurations.SECRET, "rw-------");
    FollowedKey key = followed();
    key.look();

    spoil(fault);
    key.look();

    assertThat(journal).containsExactly("start");
    assertThat(key.mistakes()).hasSize(1);
  }

  @Test
  void startsAnewWithANewSecretAndWithNoOther() throws IOException {
    write(Configurations.SECRET, "rw-------");
    FollowedKey key = followed();
    key.look();
    key.look();
    assertThat(journal).containsExactly("start");

    write(OTHER, "rw-------");
    key.look();
    assertThat(journal).containsExactly("start", "end", "start");

    key.close();
    key.look();
    assertThat(journal).containsExactly("start", "end", "start", "end");
  }

  private FollowedKey followed() {
    ConfiguredDnsRegistrar.Config config =
        Configurations.of("key_secret", "", "key_file", file.toString());
    return new FollowedKey(
        ConfiguredDnsRegistrar.PID,
        () -> KeyReader.secret(config),
        secret -> SettingsReader.from(config, secret),
        settings -> {
          journal.add("start");
          return () -> journal.add("end");
        });
  }

  private void spoil(String fault) throws IOException {
    Files.deleteIfExists(file);
    switch (fault) {
      case "none" -> {
        // There is no file.
      }
      case "short" -> write("AAAA", "rw-------");
      default -> write(Configurations.SECRET, fault);
    }
  }

  private void write(String content, String mode) throws IOException {
    Files.writeString(file, content + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
  }
}
