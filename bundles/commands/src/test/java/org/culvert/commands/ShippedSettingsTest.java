package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/** What the assembly changes of Karaf's own settings, as far as it keeps strangers out. */
class ShippedSettingsTest {
  private static final Path ASSEMBLY = Path.of("../../karaf-assembly");

  @Test
  @Threat("T24")
  void onlyTheShellListensAndOnThisHostOnly() throws Exception {
    assertThat(settings())
        .containsEntry("org.apache.karaf.shell.cfg sshHost", "127.0.0.1")
        .containsEntry("org.apache.karaf.shell.cfg sftpEnabled", "false")
        .containsEntry("config.properties karaf.shutdown.port", "-1");
    assertThat(features())
        .contains("<feature>ssh</feature>")
        .doesNotContain(
            "<feature>management</feature>",
            "<feature>http</feature>",
            "<feature>war</feature>",
            "<feature>webconsole</feature>");
  }

  @Test
  @Threat("T24")
  void passwordsOfTheShellsUsersAreReplacedByTheirDigests() throws Exception {
    assertThat(settings()).containsEntry("org.apache.karaf.jaas.cfg encryption.enabled", "true");
  }

  /** Whatever a message quotes. */
  @Test
  @Threat("T28")
  void messageIsOneLineOfTheLogFileAndOfBoundedLength() throws Exception {
    assertThat(settings().get("org.ops4j.pax.logging.cfg log4j2.pattern"))
        .contains("%encode{%.-500m}{CRLF}")
        .doesNotContain("%m ", "%msg");
  }

  private static Map<String, String> settings() throws Exception {
    Map<String, String> settings = new HashMap<>();
    NodeList edits =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(ASSEMBLY.resolve("src/main/karaf/assembly-property-edits.xml").toFile())
            .getElementsByTagName("edit");
    for (int i = 0; i < edits.getLength(); i++) {
      Element edit = (Element) edits.item(i);
      settings.put(text(edit, "file") + " " + text(edit, "key"), text(edit, "value"));
    }
    return settings;
  }

  private static String text(Element edit, String name) {
    return edit.getElementsByTagName(name).item(0).getTextContent();
  }

  private static String features() throws IOException {
    return Files.readString(ASSEMBLY.resolve("pom.xml"));
  }
}
