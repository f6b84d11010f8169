package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.felix.gogo.runtime.threadio.ThreadIOImpl;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Parsing;
import org.apache.karaf.shell.api.console.CommandLine;
import org.apache.karaf.shell.api.console.Session;
import org.apache.karaf.shell.impl.action.command.ManagerImpl;
import org.apache.karaf.shell.impl.console.SessionFactoryImpl;
import org.apache.karaf.shell.support.CommandException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines that are wrong before any command runs, in Karaf's own shell without a terminal. */
class LineCheckTest {
  private final ThreadIOImpl streams = new ThreadIOImpl();
  private final SessionFactoryImpl factory = new SessionFactoryImpl(streams);
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private Session session;

  @BeforeEach
  void open() {
    streams.start();
    ManagerImpl manager = new ManagerImpl(factory.getRegistry(), factory.getRegistry(), true);
    manager.register(LineCheck.class);
    manager.register(DutiesCommand.class);
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    session = factory.create(new ByteArrayInputStream(new byte[0]), out, out);
  }

  @AfterEach
  void close() {
    session.close();
    factory.stop();
    streams.stop();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "culvert:duties \"a",
        "culvert:duties 'a b",
        "culvert:duties a\"b c",
        "culvert:duties 'a\\' b'",
        "culvert:duties [a",
        "culvert:duties a(b",
        "culvert:duties a}b",
        "culvert:duties )",
        "culvert:duties ${X",
        "culvert:duties a\\",
      })
  void whatIsNotClosedIsRefusedInPlainWords(String line) {
    assertThatThrownBy(() -> session.execute(line))
        .isInstanceOf(CommandException.class)
        .hasMessage("The command line cannot be read.");
    assertThatThrownBy(() -> session.execute("culvert:duties --json " + line.substring(15)))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> assertThat(e.getNiceHelp()).startsWith("{\n  \"error\": \"The command line"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"culvert:duties $X", "culvert:duties --state ${X}"})
  void aVariableWithoutAValueIsNamed(String line) {
    assertThatThrownBy(() -> session.execute(line))
        .isInstanceOf(CommandException.class)
        .hasMessage("The variable X has no value in this shell.");

    session.put("X", "failed");

    assertThatThrownBy(() -> session.execute(line)).hasMessageNotContaining("variable");
  }

  @ParameterizedTest
  @CsvSource({
    "culvert:duties --jsno, There is no option --jsno; the nearest is --json.",
    "culvert:duties --state failed --usr=x, There is no option --usr; the nearest is --user.",
    "culvert:duties --xyzzy, There is no option --xyzzy.",
  })
  void anOptionThatThereIsNotIsNamedWithTheNearest(String line, String message) {
    assertThatThrownBy(() -> session.execute(line))
        .isInstanceOfSatisfying(
            CommandException.class,
            e -> assertThat(e.getNiceHelp()).isEqualTo(message + "\nTry: culvert:duties --help"));
  }

  @Test
  void whatIsRightIsLeftToKaraf() {
    assertThatCode(() -> session.execute("culvert:duties --help")).doesNotThrowAnyException();
    assertThat(printed.toString(StandardCharsets.UTF_8)).contains("--state", "--json");
    for (String line :
        List.of(
            "culvert:duties --state failed --json a ",
            "culvert:duties \"a (b\" '[c' d\\) # don't",
            "culvert:duties --user=$X\"y\"")) {
      assertThat(Brackets.areClosed(line)).as(line).isTrue();
      assertThatCode(() -> new LineCheck().preprocess(session, parsed(line)))
          .as(line)
          .doesNotThrowAnyException();
    }
  }

  @Test
  void wordsAreCompletedWhereTheNextOneBegins() {
    CommandLine line = parsed("culvert:duties ");

    assertThat(line.getArguments()).containsExactly("culvert:duties", "");
    assertThat(line.getCursorArgument()).isEmpty();
    line = new LineCheck().parse(session, "culvert:duties", 15);
    assertThat(line.getCursorArgument()).as("a terminal leaves the space out").isEmpty();
    assertThat(line.getCursorArgumentIndex()).isEqualTo(1);
    assertThat(parsed("culvert:duties ab").getCursorArgument()).isEqualTo("ab");
    assertThat(parsed("culvert:duties \"ab").getCursorArgument()).isNotNull();
  }

  private CommandLine parsed(String line) {
    return new LineCheck().parse(session, line, line.length());
  }

  @Test
  void everyCommandIsCheckedAndFoundByItsName() throws Exception {
    List<String> names = new ArrayList<>();
    for (Class<?> type : classes()) {
      Command command = type.getAnnotation(Command.class);
      if (command != null) {
        names.add(command.name());
        assertThat(type.getAnnotation(Parsing.class)).as(type.getName()).isNotNull();
        assertThat(LineCheck.action("culvert:" + command.name())).as(command.name()).contains(type);
      }
    }
    assertThat(names).hasSizeGreaterThan(20);
    assertThat(LineCheck.action("culvert:nosuch")).isEmpty();
    assertThat(LineCheck.action("culvert:a b/c")).isEmpty();
  }

  private static List<Class<?>> classes() throws IOException, ClassNotFoundException {
    List<Class<?>> found = new ArrayList<>();
    Path folder = Path.of("target/classes/org/culvert/commands");
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*Command.class")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".class", "");
        found.add(Class.forName("org.culvert.commands." + name));
      }
    }
    return found;
  }
}
