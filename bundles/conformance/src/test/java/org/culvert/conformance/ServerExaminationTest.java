package org.culvert.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The kit against a scripted server, right and wrong in each way. */
class ServerExaminationTest {
  /** Faults that are found by waiting in vain. */
  private static final Set<Fault> SILENT =
      EnumSet.of(
          Fault.LENGTH_TOO_LARGE,
          Fault.STAYS_OPEN,
          Fault.WAITS_FOR_WHOLE_SEGMENTS,
          Fault.SILENT_ACCEPT,
          Fault.LISTENS_TO_NOBODY_AFTERWARDS);

  @TempDir private Path directory;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "version-2*",
        "version-unsupported-*",
        "version-malformed-*",
        "capability-*",
        "auth-anonymous",
        "auth-unoffered-*",
        "auth-skipped",
        "framing-form",
        "xml-malformed-0*",
        "create-v6*",
        "create-nat*",
        "address-ipv4-bad-0*",
        "action-accept-udp",
        "action-accept-tcp",
        "action-info",
        "udp-again",
        "udp-lower",
        "udp-noise-*",
        "tcp-octets*"
      })
  void findsNothingWrongWithAServerThatIsRight(String cases) throws IOException {
    try (ScriptedServer server = ScriptedServer.start()) {
      int status = examine(server, "--cases", cases);

      assertThat(status).as(told()).isZero();
      assertThat(told()).containsPattern("(?m)^(tcp|udp)4 +[1-9]\\d* +0 ");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "LENGTH_TOO_SMALL, framing-form, udp, 2 octets too small",
    "LENGTH_TOO_SMALL, framing-form, tcp, 2 octets too small",
    "LENGTH_TOO_LARGE, framing-form, udp, octets came",
    "LENGTH_TOO_LARGE, framing-form, tcp, the rest of a reply did not come",
    "HEADER_MISSPELT, framing-form, both, not spelt",
    "NO_FRAME, framing-form, both, has no Content-length",
    "CAPABILITY_WITHOUT_END, version-2.0.0, both, does not end in CR LF",
    "CAPABILITY_DOUBLE_SPACE, version-2.0.0, both, single spaces",
    "CAPABILITY_LOWER_CASE, version-2.0.0, both, not in upper case",
    "ANY_VERSION, version-unsupported-01, both, expected 302",
    "STAYS_OPEN, version-unsupported-01, tcp, did not close the connection",
    "ANY_MECHANISM, auth-unoffered-04, both, expected 300",
    "NO_LOGIN, auth-anonymous, both, expected 200",
    "SEQUENCE_OF_ITS_OWN, version-2.0.0, udp, is not that of the datagram it answers",
    "TIMESTAMP_OF_ITS_OWN, version-2.0.0, udp, is not that of the datagram it answers",
    "FORGETS_REPLY, udp-again-login, udp, got another answer",
    "EXECUTES_OLD, udp-lower, udp, expected silence",
    "ANSWERS_NOISE, udp-noise-06, udp, expected silence",
    "SPEAKS_TWICE, udp-gap, udp, -",
    "TWO_IN_ONE_SEGMENT, version-2.0.0, tcp, two replies share a segment",
    "LINE_IN_TWO_SEGMENTS, version-2.0.0, tcp, more than one segment",
    "WAITS_FOR_WHOLE_SEGMENTS, tcp-slow, tcp, expected CAPABILITY",
    "SILENT_ACCEPT, action-accept-udp, udp, no answer",
    "COMPRESSED_ADDRESS, create-v6anyv4, both, not written in full",
    "DECLARATION, create-v6anyv4, both, XML declaration",
    "COMMENT, create-v6anyv4, both, a comment",
    "SINGLE_QUOTES, create-v6anyv4, both, single quotes",
    "WHITE_SPACE, create-v6anyv4, both, white space around",
    "THREE_ADDRESSES, create-addresses-differ, both, no ipv4 address",
    "KEEPALIVE_WITHOUT_ADDRESS, create-v6anyv4, both, keepalive without",
    "EMPTY_TAG, create-v6anyv4, both, without an end tag",
    "WRONG_TYPE, create-v6anyv4, both, expected tunnel@type",
    "ANY_ADDRESS, address-ipv4-bad-05, udp, expected 501",
    "ANY_XML, xml-malformed-05, both, expected 500",
    "LISTENS_TO_NOBODY_AFTERWARDS, version-malformed-01, udp, no answer"
  })
  void findsEachFault(Fault fault, String cases, String transport, String finding)
      throws IOException {
    try (ScriptedServer server = ScriptedServer.start(fault)) {
      String timeout = SILENT.contains(fault) ? "4000" : "60000";
      int status =
          examine(server, "--cases", cases, "--transport", transport, "--timeout", timeout);

      if (finding.equals("-")) {
        // What comes too much is found by the next question, whose answer it is not.
        assertThat(examine(server, "--cases", "framing-two-sessions", "--transport", transport))
            .isEqualTo(1);
        return;
      }
      assertThat(status).as(told()).isEqualTo(1);
      assertThat(told()).contains(finding);
    }
  }

  @Test
  void reportsADeviationOnceAndExaminesTheRest() throws IOException {
    try (ScriptedServer server = ScriptedServer.start(Fault.COMMENT)) {
      assertThat(examine(server, "--cases", "create-v6*", "--table")).isEqualTo(1);
    }

    assertThat(told()).containsPattern("(?m)^ +[2-9]  FIELD: .*a comment");
    assertThat(Pattern.compile("(?m)^  FIELD: ").matcher(told()).results().count()).isEqualTo(1);
    assertThat(told()).containsPattern("(?m)^tcp4 +create-v6.* pass ");
  }

  @Test
  void noticesThatAServerDiedAndSkipsTheRest() throws IOException {
    try (ScriptedServer server = ScriptedServer.start(Fault.DIES_OF_A_WORD_ALONE)) {
      assertThat(
              examine(
                  server,
                  "--cases",
                  "auth-malformed-*",
                  "--transport",
                  "tcp",
                  "--wait",
                  "1",
                  "--timeout",
                  "60000"))
          .isEqualTo(1);
    }

    assertThat(told())
        .containsPattern("(?s)auth-malformed-01 on tcp4.*MUST: the server no longer answers after")
        .containsPattern("tcp4: the server no longer answers since .*auth-malformed-01");
  }

  @Test
  void findsTheCaseThatEndsAServerWhichIsStartedAgain() throws IOException {
    try (ScriptedServer server = ScriptedServer.start(Fault.DIES_OF_A_WORD_ALONE)) {
      PrintStream supervisor =
          new PrintStream(out, true, StandardCharsets.UTF_8) {
            @Override
            public void println(String line) {
              super.println(line);
              if (line.endsWith("it is waited for")) {
                revive(server);
              }
            }
          };
      List<String> words = new ArrayList<>(server.address());
      words.addAll(List.of("--cases", "auth-malformed-*", "--transport", "tcp"));
      words.addAll(List.of("--timeout", "60000", "--wait", "600"));
      assertThat(Main.run(words, supervisor, supervisor)).isEqualTo(1);
    }

    assertThat(told())
        .containsPattern("(?m)^auth-malformed-01 on tcp4")
        .containsPattern("(?m)^  MUST: the server no longer answers after this case$")
        .containsPattern("(?m)^tcp4 +12 +1 +0 +0$");
  }

  private static void revive(ScriptedServer server) {
    try {
      server.revive();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyCaseIsADialogueThatCanBePlayed() throws IOException {
    Path password = Files.writeString(directory.resolve("password"), "secret\n");
    try (ScriptedServer server = ScriptedServer.start()) {
      examine(server, "--user", "u", "--password-file", password.toString(), "--timeout", "300");
    }

    assertThat(told()).contains(" cases, ").doesNotContain("the dialogue broke off");
  }

  @Test
  void listsItsCases() {
    assertThat(run("cases")).isZero();
    assertThat(told()).contains("version-2.0.0").contains("R 4.4.2");
  }

  @Test
  void tellsWhatIsNotOfferedFromWhatIsWrong() throws IOException {
    try (ScriptedServer server = ScriptedServer.start()) {
      assertThat(examine(server, "--cases", "version-list", "--table")).isZero();
      assertThat(told()).contains("not offered");
    }
  }

  @Test
  void holdsAServerToOptionalThingsWhereTheyAreRequired() throws IOException {
    try (ScriptedServer server = ScriptedServer.start()) {
      assertThat(examine(server, "--cases", "version-list", "--require-optional")).isEqualTo(1);
      assertThat(told()).contains("OPTIONAL: not offered");
    }
  }

  @Test
  void skipsWhatNeedsAUserWithAReason() throws IOException {
    try (ScriptedServer server = ScriptedServer.start()) {
      assertThat(examine(server, "--cases", "create-u*", "--table")).isZero();
      assertThat(told()).contains("skipped").contains("no user and password were given");
    }
  }

  @Test
  void writesAReportForBuildServers() throws IOException {
    Path report = directory.resolve("reports/tsp.xml");
    try (ScriptedServer server = ScriptedServer.start(Fault.COMMENT)) {
      examine(server, "--cases", "create-v6anyv4", "--report", report.toString());
    }

    String xml = Files.readString(report);
    assertThat(xml)
        .contains("<testsuite name=\"tsp.tcp4\" tests=\"1\" failures=\"1\"")
        .contains("classname=\"udp4.create\"")
        .contains("<failure message=");
  }

  @Test
  void saysThatNobodyAnswers() throws IOException {
    int port;
    try (ScriptedServer server = ScriptedServer.start()) {
      port = server.port();
    }

    assertThat(run("server", "127.0.0.1:" + port, "--cases", "version-2.0", "--timeout", "300"))
        .isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("nothing could be examined");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "server",
        "server a b",
        "server a --no-such-option",
        "server a --user",
        "examine",
        "server a --password-file /no/such/file"
      })
  void explainsACommandLineThatItDoesNotUnderstand(String line) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString(StandardCharsets.UTF_8)).isNotBlank();
  }

  private int examine(ScriptedServer server, String... more) {
    List<String> words = new ArrayList<>(server.address());
    words.addAll(List.of(more));
    return run(words.toArray(String[]::new));
  }

  private int run(String... words) {
    return Main.run(
        List.of(words),
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  private String told() {
    return out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
  }
}
