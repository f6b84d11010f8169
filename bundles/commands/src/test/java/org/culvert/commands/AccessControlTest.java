package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Command;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

/** Whoever may log in may look; who may do more stands in the file that the assembly ships. */
class AccessControlTest {
  private static final Path ACL =
      Path.of("../../karaf-assembly/src/main/karaf/etc/org.apache.karaf.command.acl.culvert.cfg");

  private static final Set<String> ONLY_LOOK =
      Set.of(
          "accounts",
          "capability",
          "client",
          "configuration",
          "drops",
          "duties",
          "listeners",
          "pools",
          "refusals",
          "reservations",
          "services",
          "sessions",
          "tunnel",
          "tunnels",
          "verify-leases");

  @Test
  @Threat("T24")
  void everyCommandThatChangesSomethingIsForAdministrators() throws Exception {
    Properties roles = new Properties();
    try (Reader file = Files.newBufferedReader(ACL)) {
      roles.load(file);
    }
    Set<String> change = new TreeSet<>(commands());
    change.removeAll(ONLY_LOOK);

    assertThat(commands()).containsAll(ONLY_LOOK);
    assertThat(roles.stringPropertyNames()).containsExactlyInAnyOrderElementsOf(change);
    for (String command : change) {
      assertThat(Set.of(roles.getProperty(command).split(",\\s*")))
          .as(command)
          .contains("admin")
          .doesNotContain("viewer");
    }
  }

  private static Set<String> commands() throws IOException, ClassNotFoundException {
    Set<String> names = new TreeSet<>();
    try (Stream<Path> files = Files.list(Path.of("target/classes/org/culvert/commands"))) {
      for (Path file : files.filter(f -> f.toString().endsWith("Command.class")).toList()) {
        String simple = file.getFileName().toString().replace(".class", "");
        Command command =
            Class.forName("org.culvert.commands." + simple).getAnnotation(Command.class);
        if (command != null) {
          names.add(command.name());
        }
      }
    }
    return names;
  }
}
