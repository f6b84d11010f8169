package org.culvert.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonErrorsTest {
  private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
  private final JsonErrors errors = new JsonErrors(printed);

  @Test
  void areWantedOfOneCommandThatIsAskedForJson() {
    assertThat(JsonErrors.areWanted("culvert:tunnels --json")).isTrue();
    assertThat(JsonErrors.areWanted(" culvert:tunnels --json --nope x")).isTrue();
    assertThat(JsonErrors.areWanted("culvert:tunnels")).isFalse();
    assertThat(JsonErrors.areWanted("culvert:tunnels --json | grep up")).isFalse();
    assertThat(JsonErrors.areWanted("culvert:tunnels --json ; culvert:pools")).isFalse();
    assertThat(JsonErrors.areWanted("bundle:list --json")).isFalse();
  }

  @Test
  void theShellsOwnWordsBecomeJson() throws IOException {
    print("Error executing command culvert:tunnels: undefined option --\"nope\\\n");
    print("Try <command> --help' for more\tinformation.\n");
    assertThat(printed.toString()).isEmpty();

    errors.end(1);

    assertThat(printed.toString())
        .isEqualTo(
            """
            {
              "error": "culvert:tunnels: undefined option --\\"nope\\\\",
              "remedy": "Try <command> --help' for more\\u0009information."
            }
            """);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Cannot invoke \"Object.toString()\" because \"param\" is null",
        "begin 15, end 34, length 33"
      })
  void aLineThatTheShellCannotReadIsRefusedInPlainWords(String words) throws IOException {
    print("Error executing command: " + words + "\n");

    errors.end(1);

    assertThat(printed.toString())
        .contains("the command line cannot be read", "close each quote")
        .doesNotContain(words.substring(0, 5));
  }

  @Test
  void jsonPassesUnchangedAsSoonAsItComes() throws IOException {
    print("\n");
    print("{\"error\": ");
    assertThat(printed.toString()).isEqualTo("\n{\"error\": ");
    print("\"x\"}\n");
    errors.end(1);

    assertThat(printed.toString()).isEqualTo("\n{\"error\": \"x\"}\n");
  }

  @Test
  void wordsOfACommandThatDidNotFailPassUnchanged() throws IOException {
    print("NAME\n  tunnels");
    errors.end(0);

    assertThat(printed.toString()).isEqualTo("NAME\n  tunnels");
  }

  @Test
  void whatIsTooLongForAMessagePassesUnchanged() throws IOException {
    print("x".repeat(10_000));

    assertThat(printed.size()).isEqualTo(10_000);
  }

  private void print(String text) throws IOException {
    errors.write(text.getBytes(StandardCharsets.UTF_8));
  }
}
