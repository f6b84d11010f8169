package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChoicesTest {
  @TempDir Path folder;

  @Test
  void whatTheOperatorDidOutlivesTheCache() throws IOException {
    Choices choices =
        Choices.between(
            Set.of("broker", "registry"),
            Set.of("broker", "bird"),
            Set.of("mvn:org.example/features/1/xml"),
            Set.of("file:/root/own.jar"));

    choices.write(folder.resolve("choices"));

    assertThat(Choices.read(folder.resolve("choices"))).isEqualTo(choices);
    assertThat(choices.added()).containsExactly("bird");
    assertThat(choices.removed()).containsExactly("registry");
  }

  @Test
  void nothingIsReadFromNoFile() {
    assertThat(Choices.read(folder.resolve("absent"))).isEqualTo(Choices.NONE);
  }
}
