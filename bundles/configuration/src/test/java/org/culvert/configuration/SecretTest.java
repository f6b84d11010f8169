package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Dictionary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SecretTest {
  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '~',
      value = {
        // As it is written, what the framework makes of it, what is meant.
        "a${b}c\\d, acd, a${b}c\\d",
        "a\\tb, a\tb, a\\tb",
        // As the framework writes it.
        "a\\\\d, a\\d, a\\d",
        "a\\=b, a=b, a=b",
        "$\\{b}, ${b}, ${b}",
        // Comes from elsewhere, or is a variable on purpose.
        "other\\d, acd, acd",
        "${env:SECRET}, hidden, hidden",
        "plain, plain, plain"
      })
  void secretIsWhatIsWritten(String written, String handed, String meant) throws IOException {
    Path file = Files.writeString(folder.resolve("x.cfg"), "# a\n password = " + written + "\r\n");

    assertThat(Secret.asWritten(file, "password", handed).orElse(handed)).isEqualTo(meant);
  }

  @Test
  void componentIsHandedTheSecretAsItIsWritten() throws IOException {
    Path file = folder.resolve("com.example.gre.cfg");
    Files.writeString(file, "password = pässw${x}örd\\€1\n");
    Dictionary<String, Object> given = Samples.file("com.example.gre", "password", "pässwörd€1");
    given.put("felix.fileinstall.filename", file.toUri().toString());

    new Guard(Samples::definitions, new Checks(List::of)).modifyConfiguration(null, given);

    assertThat(given.get("password")).isEqualTo("pässw${x}örd\\€1");
  }

  @Test
  void fileThatEverybodyMayReadIsTold() throws IOException {
    Path file = Files.writeString(folder.resolve("com.example.gre.cfg"), "password = x\n");
    Dictionary<String, Object> given = Samples.file("com.example.gre", "password", "x");
    given.put("felix.fileinstall.filename", file.toUri().toString());

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThat(remarks(given))
        .containsExactly(
            "etc/com.example.gre.cfg: password: everybody on this machine can read it;"
                + " chmod 600 "
                + file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));
    assertThat(remarks(given)).isEmpty();
  }

  private static List<String> remarks(Dictionary<String, Object> given) {
    Written written = Written.of(given);
    return Examination.of(
            written, Samples.definitions().get(written.kind()), Samples.definitions().values())
        .remarks();
  }

  @Test
  void fileThatIsNotThereChangesNothing() {
    assertThat(Secret.asWritten(folder.resolve("none"), "password", "x")).isEmpty();
  }
}
