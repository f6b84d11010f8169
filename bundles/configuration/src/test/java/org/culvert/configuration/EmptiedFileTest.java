package org.culvert.configuration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Dictionary;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmptiedFileTest {
  @TempDir Path folder;

  @Test
  void fileWithoutAnOctetIsTold() throws IOException {
    assertThat(remarks(""))
        .singleElement()
        .asString()
        .startsWith("etc/com.example.gre.cfg is empty: ");
  }

  @Test
  void fileWithNothingButACommentIsMeant() throws IOException {
    assertThat(remarks("# all as it is\n")).isEmpty();
  }

  private List<String> remarks(String text) throws IOException {
    Path file = Files.writeString(folder.resolve("com.example.gre.cfg"), text);
    Dictionary<String, Object> given = Samples.file("com.example.gre", "port", 1);
    given.remove("port");
    given.put("felix.fileinstall.filename", file.toUri().toString());
    Written written = Written.of(given);
    Definition definition = Samples.definitions().get(written.pid());
    return Examination.of(written, definition, Samples.definitions().values()).remarks();
  }
}
