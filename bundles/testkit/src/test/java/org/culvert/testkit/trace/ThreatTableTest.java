package org.culvert.testkit.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class ThreatTableTest {
  private static final List<String> LIST =
      List.of("# a comment", "", "P1 | kept | by care", "T1 | bad | none | soon", "T2 | worse | x");

  @Test
  void readsEachTagForItself() {
    String source =
        """
        @Peril("T1")
        @Vow({"P1"})
        class FirstTest {
          // perils: T2 T3
          @Test
          void stops() {}
        }
        """
            // Written so that this sample is not found among the tests.
            .replace("@Peril", "@Threat")
            .replace("perils", "threats")
            .replace("Vow", "Promise");

    assertThat(Evidence.inSource("FirstTest", source, Tag.THREATS, Side.BOTH))
        .containsExactly(
            shows("T1", "FirstTest"),
            shows("T2", "FirstTest.stops"),
            shows("T3", "FirstTest.stops"));
    assertThat(Evidence.inSource("FirstTest", source, Tag.PROMISES, Side.BOTH))
        .containsExactly(shows("P1", "FirstTest"));
  }

  @Test
  void tellsWhatNoTestShows() {
    ThreatTable table = table(LIST, shows("P1", "A.a"), shows("T9", "B.b"));

    assertThat(table.gaps()).containsExactly("T2");
    assertThat(table.strays()).containsExactly("T9");
    assertThat(table.outdated()).isEmpty();
    assertThat(table.twins()).isEmpty();
    assertThat(table.markdown())
        .contains("| P1 | kept | by care | A.a |", "| T1 | bad | none | none: soon |");
  }

  @Test
  void tellsWhatIsShownThoughItIsSaidNotToBe() {
    assertThat(table(LIST, shows("T1", "A.a")).outdated()).containsExactly("T1");
  }

  @Test
  void refusesALineThatSaysTooLittle() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Peril.read(List.of("T1 | bad")))
        .withMessageContaining("T1");
  }

  private static Evidence shows(String id, String what) {
    return new Evidence(id, what, Side.BOTH);
  }

  private static ThreatTable table(List<String> list, Evidence... evidence) {
    return new ThreatTable(Peril.read(list), List.of(evidence));
  }
}
