package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UnreadTest {
  private static final String GRE = "com.example.gre";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.example.gre.conf",
        "com.example.gre",
        "com.example.gre.CFG",
        "com.example.gre-cfg",
        "com.example.gre_CFG",
        "com.example.gre.json"
      })
  void anotherEndingIsTold(String name) throws IOException {
    write(name);

    assertThat(look())
        .containsExactly(
            new Mistake(
                GRE, false, "etc/" + name + ": nothing reads it; is com.example.gre.cfg meant?"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.example.gre.cfg.txt",
        "com.example.gre.cfg.conf",
        "Com.example.gre.cfg.txt",
        "example.gre.conf",
        "com-example-gre.properties"
      })
  void aNameThatIsAlmostRightIsToldToo(String name) throws IOException {
    write(name);

    assertThat(look())
        .extracting(Mistake::text)
        .containsExactly("etc/" + name + ": nothing reads it; is com.example.gre.cfg meant?");
  }

  @Test
  void anotherEndingOfOneOfSeveralIsTold() throws IOException {
    write("com.example.gre-home.properties");

    assertThat(look())
        .extracting(Mistake::text)
        .containsExactly(
            "etc/com.example.gre-home.properties: nothing reads it;"
                + " is com.example.gre-home.cfg meant?");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.example.gre.cfg~",
        "com.example.gre.bak",
        "com.example.gre.cfg.old",
        "com.example.gre.cfg.txt"
      })
  void copiesBesideTheFilePass(String name) throws IOException {
    write("com.example.gre.cfg");
    write(name);

    assertThat(look()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "com.example.gre.config",
        "users.properties",
        "com.example.tap.conf",
        "com.example.gre.cfg.bak",
        "com.example.gre.cfg~",
        "com.example.gre-home.cfg.example"
      })
  void whatIsReadOrNotOursPasses(String name) throws IOException {
    write(name);

    assertThat(look()).isEmpty();
  }

  @Test
  void whatIsCalledAsAConfigurationAndIsNoFileIsTold() throws IOException {
    Files.createDirectory(folder.resolve("com.example.gre.cfg"));
    Files.createSymbolicLink(
        folder.resolve("com.example.peer-home.cfg"), folder.resolve("not-there"));
    Files.createDirectory(folder.resolve("scripts"));

    assertThat(look())
        .containsExactly(
            new Mistake(
                GRE,
                false,
                "etc/com.example.gre.cfg: it is a directory, so nothing of it is read;"
                    + " put a file there"),
            new Mistake(
                "com.example.peer",
                false,
                "etc/com.example.peer-home.cfg: it is a link to nothing, so nothing of it is read;"
                    + " put a file there"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"config", "cfg.json"})
  void twoFilesForOneConfigurationAreTold(String ending) throws IOException {
    write("com.example.gre." + ending);
    write("com.example.peer-home." + ending);
    write("org.other.thing." + ending);
    write("org.other.thing.cfg");
    assertThat(look()).isEmpty();

    write("com.example.gre.cfg");
    write("com.example.peer-home.cfg");

    String gre = "com.example.gre.";
    String peer = "com.example.peer-home.";
    String told =
        "etc/%s: etc/%scfg is there too, and what was written last counts; delete one of them, then"
            + " write the other once more";
    assertThat(look())
        .containsExactly(
            new Mistake(GRE, false, told.formatted(gre + ending, gre)),
            new Mistake("com.example.peer", false, told.formatted(peer + ending, peer)));
  }

  @Test
  void aLinkToAFileIsAFile() throws IOException {
    write("kept-elsewhere");
    Files.createSymbolicLink(
        folder.resolve("com.example.gre.cfg"), folder.resolve("kept-elsewhere"));

    assertThat(look()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"com.example.pool-x.conf", "com.example.gre.pool~x.json"})
  void oneOfSeveralIsFoundByTheLastWord(String name) throws IOException {
    write(name);

    assertThat(look())
        .extracting(Mistake::text)
        .singleElement()
        .asString()
        .startsWith("etc/" + name + ": nothing reads it; is com.example.gre.pool");
  }

  @ParameterizedTest
  @ValueSource(strings = {"gre.pem", "peer.properties", "pool.xml"})
  void filesOfOthersMayBeCalledAsOursWithoutTheOwner(String name) throws IOException {
    write(name);

    assertThat(look()).isEmpty();
  }

  @Test
  void aFolderThatIsNotThereHasNothingToTell() {
    assertThat(new Unread(folder.resolve("gone")).look(Samples.definitions())).isEmpty();
  }

  private void write(String name) throws IOException {
    Files.writeString(folder.resolve(name), "");
  }

  private List<Mistake> look() {
    return new Unread(folder).look(Samples.definitions());
  }
}
