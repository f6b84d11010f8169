package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.culvert.testkit.trace.ThreatTable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Holds the project to what it promises and to what it is to withstand: a promise or a threat of
 * {@code threats.txt} that no test names fails the build. Writes {@code target/THREATS.md}.
 */
class ThreatsTest {

  private static ThreatTable table;

  @BeforeAll
  static void readSources() throws IOException {
    table = ThreatTable.of(Path.of(System.getProperty("culvert.root", "..")));
    Files.writeString(Path.of("target/THREATS.md"), table.markdown());
  }

  @Test
  void everyPromiseAndThreatHasATest() {
    assertThat(table.gaps())
        .as("write a test that fails without the defence, and name them there: @Promise, @Threat")
        .isEmpty();
  }

  @Test
  void whatIsSaidNotToBeShownIsNotShown() {
    assertThat(table.outdated()).isEmpty();
  }

  @Test
  void noTestNamesWhatIsNotThere() {
    assertThat(table.strays()).isEmpty();
  }

  @Test
  void eachHasAnIdOfItsOwn() {
    assertThat(table.twins()).isEmpty();
  }
}
