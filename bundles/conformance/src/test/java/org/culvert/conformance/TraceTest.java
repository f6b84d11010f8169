package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.culvert.testkit.trace.TraceTable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds the project to the demands of both documents: a demand that no case and no test shows to be
 * met fails the build, unless {@code exemptions.txt} says why. Writes {@code target/TRACE.md}.
 */
class TraceTest {

  private static final Path ROOT = Path.of("../..");

  private static TraceTable table;

  @BeforeAll
  static void readSources() throws IOException {
    table = TraceTable.of(ROOT);
    Files.writeString(Path.of("target/TRACE.md"), table.markdown());
  }

  @Test
  void everyDemandHasACaseOrATest() {
    assertThat(table.gaps())
        .as("write a case or a test that fails without it, and tag it; see README.md, Demands")
        .isEmpty();
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
