package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.Test;

class LineTest {
  @Test
  void optionsMayStandAnywhere() throws CommandException {
    DutiesCommand command = new DutiesCommand();

    assertThat(Line.read(command, List.of("660d", "--json", "--state", "failed", "--kind=dns")))
        .containsExactly("660d");

    assertThat(command.json).isTrue();
    assertThat(command.state).isEqualTo("failed");
    assertThat(command.kind).isEqualTo("dns");
  }

  @Test
  void twoHyphensEndTheOptions() throws CommandException {
    DutiesCommand command = new DutiesCommand();

    assertThat(Line.read(command, List.of("-", "--", "--json"))).containsExactly("-", "--json");
    assertThat(command.json).isFalse();
  }

  @Test
  void whatIsWrongIsNamedWithTheCommandThatHelps() {
    DutiesCommand command = new DutiesCommand();

    assertThatThrownBy(() -> Line.read(command, List.of("660d", "--sate=x\u001b")))
        .hasMessage("There is no option --sate; the nearest is --state.")
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> assertThat(e.getNiceHelp()).endsWith("Try: culvert:duties --help"));
    assertThatThrownBy(() -> Line.read(command, List.of("660d", "--state")))
        .hasMessage("The value of --state is missing.");
    assertThatThrownBy(() -> Line.read(command, List.of("660d", "--help")))
        .hasMessage("--help stands in front of every argument.");
  }

  @Test
  void whatWentWrongIsJsonWhereJsonIsWanted() {
    for (List<String> words :
        List.of(List.of("660d", "--json"), List.of("--json"), List.of("660d", "--bad", "--json"))) {
      TunnelCommand command = new TunnelCommand();
      command.context = new FakeServices().context();
      command.session = FakeSession.piping("").session();
      command.words = words;

      assertThatThrownBy(command::execute)
          .isInstanceOfSatisfying(
              CommandException.class,
              e ->
                  assertThat(e.getNiceHelp())
                      .startsWith("{\n  \"error\": \"")
                      .contains("\n  \"remedy\": \"Try: ")
                      .endsWith("\"\n}"));
    }
  }
}
