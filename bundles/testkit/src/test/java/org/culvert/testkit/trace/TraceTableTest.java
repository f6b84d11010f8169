package org.culvert.testkit.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TraceTableTest {
  private static final Set<Side> SERVER = Set.of(Side.SERVER);
  private static final Set<Side> CLIENT = Set.of(Side.CLIENT);

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

          // named: R-1-5 R-1-6
          @Test
          void answersInSilence() {}
        }
        """
            // Written so that this sample is not found among the tests.
            .replace("Named", "Demands")
            .replace("named", "demands");

    assertThat(Evidence.inSource("FirstTest", source, Tag.DEMANDS, CLIENT))
        .containsExactly(
            new Evidence("R-1-1", "FirstTest", CLIENT),
            new Evidence("R-1-2", "FirstTest.answers", CLIENT),
            new Evidence("R-1-3", "FirstTest.answers", CLIENT),
            new Evidence("R-1-4", "FirstTest.answersAgain", CLIENT),
            new Evidence("R-1-5", "FirstTest.answersInSilence", CLIENT),
            new Evidence("R-1-6", "FirstTest.answersInSilence", CLIENT));
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

    assertThat(Evidence.inCases(directory, SERVER))
        .containsExactly(
            new Evidence("R-1-1", "a-1", SERVER),
            new Evidence("R-1-2", "a-1", SERVER),
            new Evidence("R-1-2", "b-*", SERVER));
  }

  @Test
  void findsWhatPartsOfTheLabCite() throws IOException {
    Files.writeString(
        directory.resolve("lab.sh"),
        "# demands: R-1-1 R-1-2\n"
            + "tell_one() {\n  :\n}\n\ntell_two() {\n  :\n}\n\n"
            + "# demands: R-1-3\n"
            + "tell_three() { # WHAT\n");

    assertThat(Evidence.inLab(directory, Tag.DEMANDS))
        .containsExactly(
            new Evidence("R-1-1", "lab.sh tell_one", Side.BOTH),
            new Evidence("R-1-2", "lab.sh tell_one", Side.BOTH),
            new Evidence("R-1-3", "lab.sh tell_three", Side.BOTH));
  }

  @Test
  void tellsGapsAndStrays() {
    TraceTable table =
        table(
            List.of(
                "# a comment",
                "",
                "R-1-1 | 1 | MUST | server | one",
                "R-1-2 | 1 | MAY | client | y"),
            List.of(),
            List.of(new Evidence("R-1-1", "a-1", SERVER)),
            List.of(new Evidence("R-9-9", "T.t", CLIENT), new Evidence("R-1-1", "T.u", SERVER)));

    assertThat(table.gaps()).containsExactly("R-1-2 CLIENT");
    assertThat(table.strays()).containsExactly("R-9-9");
    assertThat(table.markdown())
        .contains("1 of 2 demands")
        .contains("| R-1-1 | 1 | MUST | server | one | a-1 | T.u |");
  }

  @Test
  void takesNoEvidenceOfTheOtherSide() {
    TraceTable table =
        table(
            List.of("R-1-1 | 1 | MUST | both | one", "R-1-2 | 1 | MUST | client | two"),
            List.of(),
            List.of(new Evidence("R-1-1", "a", SERVER), new Evidence("R-1-2", "b", SERVER)),
            List.of());

    assertThat(table.gaps()).containsExactly("R-1-1 CLIENT", "R-1-2 CLIENT");
    assertThat(table.markdown()).contains("| one | a |  |").contains("| two |  |  |");
  }

  @Test
  void exemptsWhatIsSaidNotToBeMetAndNotWhenItIs() {
    List<String> demands =
        List.of("R-1-1 | 1 | MUST | server | one", "R-1-2 | 1 | MUST | server | two");
    List<Evidence> cases = List.of(new Evidence("R-1-1", "a", SERVER));

    TraceTable exempted =
        table(demands, List.of("R-1-1 | a | no DNS.", "R-1-2 | - | no DNS."), cases, List.of());
    assertThat(exempted.gaps()).isEmpty();
    assertThat(exempted.outdated()).isEmpty();
    assertThat(exempted.markdown()).contains("0 of 2").contains("| a | not met: no DNS.");

    TraceTable outdated =
        table(
            demands,
            List.of("R-1-1 | - | no DNS.", "R-1-2 | b | no DNS.", "R-1-3 | - | no DNS."),
            cases,
            List.of());
    assertThat(outdated.outdated())
        .containsExactly(
            "R-1-1 is shown to be met",
            "R-1-2 names cases that do not cite it",
            "R-1-3 is not demanded");
  }

  @Test
  void refusesAnExemptionWithoutAReason() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Exemption.read(List.of("R-1-1 | -")))
        .withMessageContaining("R-1-1");
  }

  @Test
  void tellsDemandsThatShareAnId() {
    assertThat(
            table(
                    List.of("R-1-1 | 1 | MUST | server | one", "R-1-1 | 1 | MAY | client | two"),
                    List.of(),
                    List.of(),
                    List.of())
                .twins())
        .containsExactly("R-1-1");
  }

  private static TraceTable table(
      List<String> demands, List<String> exemptions, List<Evidence> cases, List<Evidence> tests) {
    return new TraceTable(Demand.read(demands), Exemption.read(exemptions), cases, tests);
  }
}
