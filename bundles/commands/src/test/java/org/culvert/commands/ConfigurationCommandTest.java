package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.culvert.api.config.ConfigurationReport;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.testkit.service.ScriptedService.OfRouting;
import org.junit.jupiter.api.Test;

class ConfigurationCommandTest {
  private static final String LINE =
      "etc/org.culvert.broker.cfg: there is no lifetyme; is lifetime meant?";

  private final FakeServices services =
      new FakeServices()
          .add(RoutingService.class, new OfRouting("bird", RoutingProtocol.BGP))
          .add(
              ConfigurationReport.class,
              () -> List.of(new Mistake("org.culvert.broker", false, LINE)));

  @Test
  void mistakesAreListed() throws Exception {
    assertThat(run(new ConfigurationCommand())).isEqualTo(LINE + "\n");
  }

  @Test
  void servicesHaveThemBelowTheTable() throws Exception {
    assertThat(run(new ServicesCommand())).contains("bird").endsWith(LINE + "\n");
  }

  @Test
  void scriptsGetThemWithTheirConfiguration() throws Exception {
    ConfigurationCommand command = new ConfigurationCommand();
    command.json = true;

    assertThat(run(command))
        .contains("\"configuration\": \"org.culvert.broker\"", "\"refused\": false", LINE);
  }

  @Test
  void nothingIsWrongWhereNobodyLooks() throws Exception {
    ConfigurationCommand command = new ConfigurationCommand();
    command.context = new FakeServices().context();

    assertThat(print(command)).isEqualTo("All is as it should be.\n");
  }

  private String run(ShellCommand command) throws Exception {
    command.context = services.context();
    return print(command);
  }

  private static String print(ShellCommand command) throws Exception {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    try (PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8)) {
      command.run(out);
    }
    return printed.toString(StandardCharsets.UTF_8);
  }
}
