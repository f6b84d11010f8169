package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EssentialsTest {
  private static final List<String> SHIPPED =
      List.of(
          "config.properties",
          "custom.system.properties",
          "java.util.logging.properties",
          "jre.properties",
          "org.apache.karaf.features.cfg",
          "org.apache.karaf.jaas.cfg",
          "org.apache.karaf.log.cfg",
          "org.apache.karaf.shell.cfg",
          "org.ops4j.pax.logging.cfg",
          "org.ops4j.pax.url.mvn.cfg",
          "startup.properties",
          "system.properties");

  @TempDir Path root;
  private Folders folders;

  @BeforeEach
  void unpack() throws IOException {
    folders = Trees.installed(root);
    fill(folders.etc());
  }

  @Test
  void wholeConfigurationIsStartedAndTheOperatorsMayBeEmpty() throws IOException {
    Files.writeString(folders.etc().resolve("org.culvert.broker.cfg"), "");
    Files.delete(folders.etc().resolve("org.apache.karaf.log.cfg"));

    assertThatCode(new Essentials(folders)::check).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config.properties",
        "custom.system.properties",
        "startup.properties",
        "system.properties",
        "jre.properties",
        "org.apache.karaf.features.cfg",
        "org.apache.karaf.log.cfg",
        "org.apache.karaf.shell.cfg",
        "org.ops4j.pax.logging.cfg",
        "org.ops4j.pax.url.mvn.cfg"
      })
  void emptiedFileIsNamedWithTheWayToGetItBack(String name) throws IOException {
    Path file = folders.etc().resolve(name);
    for (String nothing : new String[] {"", "\n", "\0\0\0\0"}) {
      Files.writeString(file, nothing);

      assertThatThrownBy(new Essentials(folders)::check)
          .isInstanceOf(Refusal.class)
          .hasMessage(
              file
                  + " is missing or empty, and Karaf cannot start so;"
                  + " type: tar -xzf culvert-karaf-VERSION.tar.gz --strip-components 2 -C "
                  + folders.etc()
                  + " --wildcards '*/etc/"
                  + name
                  + "'");
    }
  }

  @Test
  void lostFilesAreNamedTogether() throws IOException {
    Files.delete(folders.etc().resolve("startup.properties"));
    Files.writeString(folders.etc().resolve("jre.properties"), "");

    assertThatThrownBy(new Essentials(folders)::check)
        .hasMessageStartingWith(
            "in " + folders.etc() + " jre.properties, startup.properties are missing or empty, ")
        .hasMessageEndingWith("'*/etc/jre.properties' '*/etc/startup.properties'");
  }

  @Test
  void ownConfigurationIsMendedFromTheInstallation() throws IOException {
    Path own = Files.createDirectories(root.resolve("own"));
    fill(own);
    Files.writeString(own.resolve("system.properties"), "");
    Folders others = new Folders(folders.home(), own, folders.data(), folders.log());

    assertThatThrownBy(new Essentials(others)::check)
        .hasMessageEndingWith("type: cp " + folders.etc().resolve("system.properties") + " " + own);

    Files.writeString(folders.etc().resolve("system.properties"), "");
    assertThatThrownBy(new Essentials(others)::check)
        .hasMessageContaining("type: tar -xzf ")
        .hasMessageContaining(" -C " + own + " ");
  }

  private static void fill(Path etc) throws IOException {
    Files.createDirectories(etc);
    for (String name : SHIPPED) {
      Files.writeString(etc.resolve(name), "a = b\n");
    }
  }
}
