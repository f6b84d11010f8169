package org.culvert.testkit.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTableTest {
  @TempDir private Path directory;

  @Test
  void findsAnnotatedTestsAndClasses() {
    String source =
        """
        @Named("R-1-1")
        class FirstTest {
          @Test
          @Named({"R-1-2", "R-1-3"})
          @ParameterizedTest(name = "(odd)")
          @ValueSource(strings = {"a(", "b)"})
          void answers() {}

          @Named("R-1-4") @Test void answersAgain() {}
        }
        """
            // Written so that this sample is not found among the tests.
            .replace("Named", "Demands");

    assertThat(Evidence.inSource("FirstTest", source))
        .containsExactly(
            new Evidence("R-1-1", "FirstTest"),
            new Evidence("R-1-2", "FirstTest.answers"),
            new Evidence("R-1-3", "FirstTest.answers"),
            new Evidence("R-1-4", "FirstTest.answersAgain"));
  }

  @Test
  void findsWhatCasesCite() throws IOException {
    Files.writeString(
        directory.resolve("greeting.txt"),
        "case a-1 A title\n"
            + "source R 1\n"
            + "demands R-1-1 R-1-2\n"
            + "C: x\n"
            + "table b A title\n"
            + "demands R-1-2\n");

    assertThat(Evidence.inCases(directory))
        .containsExactly(
            new Evidence("R-1-1", "a-1"),
            new Evidence("R-1-2", "a-1"),
            new Evidence("R-1-2", "b-*"));
  }

  @Test
  void tellsGapsAndStrays() {
    TraceTable table =
        new TraceTable(
            Demand.read(
                List.of(
                    "# a comment", "", "R-1-1 | 1 | MUST | both | one", "R-1-2 | 1 | MAY | x | y")),
            List.of(new Evidence("R-1-1", "a-1")),
            List.of(new Evidence("R-9-9", "T.t"), new Evidence("R-1-1", "T.u")));

    assertThat(table.gaps()).containsExactly("R-1-2");
    assertThat(table.strays()).containsExactly("R-9-9");
    assertThat(table.markdown())
        .contains("1 of 2 demands")
        .contains("| R-1-1 | 1 | MUST | both | one | a-1 | T.u |");
  }
}
