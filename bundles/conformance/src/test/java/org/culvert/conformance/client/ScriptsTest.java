package org.culvert.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The scripts themselves. */
class ScriptsTest {
  private static final int LEAST = 300;

  @Test
  void thereAreManyScripts() throws IOException {
    assertThat(Scripts.all()).hasSizeGreaterThan(LEAST);
  }

  @Test
  void everyMustCitesADemand() throws IOException {
    assertThat(Scripts.all().stream().filter(script -> script.level() == Level.MUST))
        .filteredOn(script -> script.demands().isEmpty())
        .extracting(Script::id)
        .isEmpty();
  }

  @Test
  void rowsPartsAndDefinitionsArePutIn() {
    ScriptReader reader = new ScriptReader();
    reader.read(
        "greeting.txt",
        List.of(
            "define hello HELLO",
            "|  ${name}",
            "part begin",
            "C: VERSION=.*",
            "table greet ${1} is greeted ${2}",
            "source R 1",
            "level FIELD",
            "demands R-2-1 R-2-2",
            "on udp",
            "needs user",
            "play begin",
            "S: ${hello} ${1}",
            "C gives-up 450",
            "rows",
            "Ann | kindly",
            "Bob | coldly"));

    assertThat(reader.scripts()).extracting(Script::id).containsExactly("greet-01", "greet-02");
    Script first = reader.scripts().get(0);
    assertThat(first.title()).isEqualTo("Ann is greeted kindly");
    assertThat(first.topic()).isEqualTo("greeting");
    assertThat(first.ways()).containsExactly(Way.UDP4);
    assertThat(first.steps())
        .containsExactly(
            new Step(Act.LINE, "VERSION=.*"),
            new Step(Act.SAY, "HELLO\\r\\n  ${name} Ann"),
            new Step(Act.GIVES_UP, "450"));
  }

  @Test
  void tellsWhereAScriptIsWrong() {
    assertThatThrownBy(() -> new ScriptReader().read("x.txt", List.of("case a b", "", "Q: what")))
        .isInstanceOf(ScriptFormatException.class)
        .hasMessageContaining("x.txt:1");
    assertThatThrownBy(
            () -> new ScriptReader().read("x.txt", List.of("case a b", "source R", "needs luck")))
        .hasMessageContaining("a title, a source and a dialogue");
    assertThatThrownBy(
            () ->
                new ScriptReader()
                    .read("x.txt", List.of("case a b", "source R", "needs luck", "C: x")))
        .hasMessageContaining("luck");
    assertThatThrownBy(() -> new ScriptReader().read("x.txt", List.of("C: x")))
        .hasMessageContaining("no case");
  }
}
