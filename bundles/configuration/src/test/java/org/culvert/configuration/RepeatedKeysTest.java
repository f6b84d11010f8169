package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepeatedKeysTest {
  private static final String GRE = "com.example.gre";

  @TempDir Path folder;

  @Test
  void twoSpellingsOfOneKeyAreToldForNothingOfTheFileIsInForce() throws IOException {
    assertThat(look(GRE, "endpointPool = a\n # x\nendpointpool: b\n"))
        .containsExactly(
            new Mistake(
                GRE,
                true,
                "etc/com.example.gre.cfg: endpointPool and endpointpool are one key; leave one of"
                    + " them. Nothing of this file is in force"));
    assertThat(spoiled()).containsExactly(folder.resolve(GRE + ".cfg"));
  }

  @Test
  void aKeyThatStandsTwiceIsTold() throws IOException {
    assertThat(look("com.example.peer-home", "\uFEFFmtu=1\r\nmtu = 2\r\nmtu = 3\r\n"))
        .containsExactly(
            new Mistake(
                "com.example.peer",
                false,
                "etc/com.example.peer-home.cfg: mtu stands there more than once, and the last"
                    + " counts; leave one"));
    assertThat(spoiled()).isEmpty();
  }

  @Test
  void commentsAndLinesThatGoOnAreNoKeys() throws IOException {
    assertThat(look(GRE, "a = 1\n#a = 2\n!a = 3\nb = x,\\\n  a = y\n# c \\\nd = 1\n")).isEmpty();
  }

  @Test
  void filesOfOthersAreNotLookedAt() throws IOException {
    assertThat(look("com.example.stranger", "a = 1\na = 2\n")).isEmpty();
  }

  private List<Path> spoiled() {
    return new RepeatedKeys(folder).spoiled(Samples.definitions());
  }

  private List<Mistake> look(String name, String text) throws IOException {
    Files.writeString(folder.resolve(name + ".cfg"), text);
    return new RepeatedKeys(folder).look(Samples.definitions());
  }
}
