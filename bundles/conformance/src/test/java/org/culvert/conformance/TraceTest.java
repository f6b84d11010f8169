package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.culvert.testkit.trace.TraceTable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the project to the demands of both documents, and writes {@code target/TRACE.md}. */
class TraceTest {

  /** Whether a demand without a case or a test fails the build; until then it is only listed. */
  private static final boolean GAPS_FAIL = false;

  private static final Path ROOT = Path.of("../..");

  private static TraceTable table;

  @BeforeAll
  static void readSources() throws IOException {
    table = TraceTable.of(ROOT);
    Files.writeString(Path.of("target/TRACE.md"), table.markdown());
    Files.write(Path.of("target/TRACE-gaps.txt"), table.gaps());
  }

  @Test
  void everyDemandHasACaseOrATest() {
    if (GAPS_FAIL) {
      assertThat(table.gaps()).isEmpty();
    }
  }

  @Test
  void whatIsSaidNotToBeMetIsNotMet() {
    assertThat(table.outdated()).isEmpty();
  }

  @Test
  void nothingCitesADemandThatIsNotThere() {
    assertThat(table.strays()).isEmpty();
  }

  @Test
  void everyDemandHasAnIdOfItsOwn() {
    assertThat(table.twins()).isEmpty();
  }
}
