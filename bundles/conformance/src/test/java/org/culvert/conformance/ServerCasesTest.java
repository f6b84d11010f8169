package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The case files themselves. */
class ServerCasesTest {
  private static final int LEAST = 300;

  @Test
  void thereAreManyCases() throws IOException {
    assertThat(ServerCases.all()).hasSizeGreaterThan(LEAST);
  }

  @Test
  void citeOnlyDemandsThatExist() throws IOException {
    List<String> demands =
        ServerCases.lines("demands.txt").stream()
            .filter(line -> line.contains(" | "))
            .map(line -> line.split(" ", 2)[0])
            .toList();

    assertThat(ServerCases.all().stream().flatMap(one -> one.demands().stream()))
        .isSubsetOf(demands);
  }

  @Test
  void everyCaseOfTheDocumentsCitesTheirSection() throws IOException {
    Stream<Case> must = ServerCases.all().stream().filter(one -> one.level() == Level.MUST);

    assertThat(must).allMatch(one -> !one.source().isBlank());
  }

  @Test
  void rowsBecomeCasesOfTheirOwn() {
    CaseReader reader = new CaseReader();
    reader.read(
        "greeting.txt",
        List.of(
            "define hello HELLO",
            "|  ${name}",
            "table greet ${1} is greeted ${2}",
            "source R 1",
            "level FIELD",
            "demands R-2-1 R-2-2",
            "on udp ipv4",
            "needs credentials mechanism:plain",
            "C: ${hello} ${1}",
            "S: ${2}",
            "S see a/b = c",
            "rows",
            "Ann | kindly",
            "| | \\e"));

    assertThat(reader.cases()).extracting(Case::id).containsExactly("greet-01", "greet-02");
    Case first = reader.cases().get(0);
    assertThat(first.title()).isEqualTo("Ann is greeted kindly");
    assertThat(first.topic()).isEqualTo("greeting");
    assertThat(first.legs()).containsExactly(Leg.UDP4);
    assertThat(first.needs())
        .containsExactly(
            new Need(Need.Kind.CREDENTIALS, ""), new Need(Need.Kind.MECHANISM, "PLAIN"));
    assertThat(first.steps())
        .containsExactly(
            new Step(Verb.SAY, "HELLO\\r\\n  ${name} Ann"),
            new Step(Verb.LINE, "kindly"),
            new Step(Verb.SEE, "a/b = c"));
    assertThat(reader.cases().get(1).steps().get(1).text()).isEqualTo("\\e");
  }

  @Test
  void tellsWhereACaseFileIsWrong() {
    assertThatThrownBy(() -> new CaseReader().read("x.txt", List.of("case a b", "", "Q: what")))
        .isInstanceOf(CaseFormatException.class)
        .hasMessageContaining("x.txt:1");
    assertThatThrownBy(
            () ->
                new CaseReader()
                    .read("x.txt", List.of("case a b", "source R", "level NEVER", "C: x")))
        .hasMessageContaining("NEVER");
    assertThatThrownBy(() -> new CaseReader().read("x.txt", List.of("C: x")))
        .hasMessageContaining("no case");
    assertThatThrownBy(
            () ->
                new CaseReader()
                    .read(
                        "x.txt",
                        List.of("case a b", "source R", "C: x", "case a c", "source R", "C: x")))
        .hasMessageContaining("two cases");
  }
}
