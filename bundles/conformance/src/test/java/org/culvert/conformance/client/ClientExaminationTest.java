package org.culvert.conformance.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The kit can fail: every fault of a client is noticed by its case, and by nothing else none is.
 */
class ClientExaminationTest {
  private static final int LANES = 10;
  private static final String HAS = "prefix,distrusts,slow,data";

  @TempDir Path directory;

  private static List<Verdict> verdicts(Fault fault, String glob, String transport)
      throws IOException, InterruptedException {
    ClientOptions options =
        ClientOptions.parse(
            List.of(
                "--cases",
                glob,
                "--transport",
                transport,
                "--has",
                HAS,
                "--lanes",
                "8",
                "--timeout",
                // Silence is a fault's, and awaited; where there is none, nothing hurries.
                fault == Fault.NONE ? "60000" : "3000"));
    List<Script> scripts = Scripts.all().stream().filter(options::chooses).toList();
    return new Examination(
            options,
            Optional.of(new ScriptedClient(fault)),
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8))
        .run(scripts);
  }

  @Test
  void noticesEveryFault() throws Exception {
    ExecutorService lanes = Executors.newFixedThreadPool(LANES);
    Map<Fault, Future<List<Verdict>>> pending = new EnumMap<>(Fault.class);
    for (Fault fault : EnumSet.complementOf(EnumSet.of(Fault.NONE))) {
      pending.put(fault, lanes.submit(() -> verdicts(fault, fault.noticedBy(), fault.transport())));
    }
    lanes.shutdown();

    for (Map.Entry<Fault, Future<List<Verdict>>> entry : pending.entrySet()) {
      assertThat(entry.getValue().get())
          .describedAs("%s in %s", entry.getKey(), entry.getKey().noticedBy())
          .singleElement()
          .matches(Verdict::isViolation, "a violation");
    }
  }

  @Test
  void findsNothingInAClientWithoutFaults() throws Exception {
    List<String> cases = Stream.of(Fault.values()).map(Fault::noticedBy).distinct().toList();
    ClientOptions options =
        ClientOptions.parse(List.of("--has", HAS, "--lanes", "8", "--timeout", "3000"));
    List<Script> scripts =
        Scripts.all().stream().filter(script -> cases.contains(script.id())).toList();

    List<Verdict> verdicts =
        new Examination(options, Optional.of(new ScriptedClient(Fault.NONE)), System.out)
            .run(scripts);

    assertThat(verdicts).hasSizeGreaterThan(scripts.size());
    assertThat(verdicts.stream().filter(verdict -> !verdict.isPass()))
        .extracting(verdict -> verdict.way() + " " + verdict.script().id() + verdict.findings())
        .isEmpty();
  }

  @Test
  void habitIsReportedOnceAndHidesNothing() throws Exception {
    List<String> cases = Stream.of(Fault.values()).map(Fault::noticedBy).distinct().toList();
    ClientOptions options =
        ClientOptions.parse(List.of("--has", HAS, "--lanes", "8", "--timeout", "3000"));
    List<Script> scripts =
        Scripts.all().stream().filter(script -> cases.contains(script.id())).toList();
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(table, true, StandardCharsets.UTF_8);

    List<Verdict> verdicts =
        new Examination(options, Optional.of(new ScriptedClient(Fault.NUL_AFTER_LINE)), out)
            .run(scripts);
    Report.print(verdicts, false, out);

    assertThat(verdicts.stream().filter(Verdict::isViolation))
        .extracting(verdict -> verdict.way() + " " + verdict.script().id() + verdict.findings())
        .singleElement()
        .asString()
        .contains("a NUL in");
    assertThat(table.toString(StandardCharsets.UTF_8))
        .containsPattern("by cause:\\n +[0-9]{2}  FIELD: a NUL in \"\\.\\.\\.\"\\n");
  }

  @Test
  void reportsViolationsWithTheirDialogue() throws Exception {
    List<Verdict> verdicts = verdicts(Fault.NUL_AFTER_LINE, "auth-line", "tcp");
    Path report = directory.resolve("reports/junit.xml");
    ByteArrayOutputStream table = new ByteArrayOutputStream();

    Report.write(report, verdicts);
    Report.print(verdicts, true, new PrintStream(table, true, StandardCharsets.UTF_8));

    assertThat(Files.readString(report))
        .contains("failures=\"1\"", "auth-line", "AUTHENTICATE ANONYMOUS");
    assertThat(table.toString(StandardCharsets.UTF_8))
        .contains("VIOLATION", "a NUL in", "0 passed, 1 violations, 0 skipped");
  }

  @Test
  void startsAClientByACommand() throws Exception {
    Path heard = directory.resolve("heard");
    ClientKit.run(
        List.of(
            "--cases",
            "version-line",
            "--transport",
            "udp",
            "--timeout",
            "1500",
            "--command",
            "echo $TSP_SERVER $TSP_PORT $TSP_TRANSPORT $TSP_TYPE > " + heard),
        new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8));

    assertThat(heard).content().matches("127\\.\\d+\\.\\d+\\.1 3653 udp v6anyv4\\s*");
  }
}
