package org.culvert.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.culvert.conformance.Result.Outcome;

/** Writes what came of a run in the form that build servers read: a suite for each leg. */
final class JunitReport {
  private static final double MILLIS = 1000;

  private final StringBuilder xml = new StringBuilder(256 * 1024);

  private JunitReport() {}

  /** Writes a file, its directories included. */
  static void write(Path file, List<Result> results) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    Files.writeString(file, new JunitReport().suites(results));
  }

  private String suites(List<Result> results) {
    xml.append("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    Set<Leg> legs = EnumSet.noneOf(Leg.class);
    results.forEach(result -> legs.add(result.leg()));
    for (Leg leg : legs) {
      suite(leg, results.stream().filter(result -> result.leg() == leg).toList());
    }
    return xml.append("</testsuites>\n").toString();
  }

  private void suite(Leg leg, List<Result> results) {
    open(
        "testsuite",
        "name",
        "tsp." + leg,
        "tests",
        Integer.toString(results.size()),
        "failures",
        Long.toString(count(results, Outcome.VIOLATION)),
        "errors",
        "0",
        "skipped",
        Long.toString(count(results, Outcome.SKIPPED) + count(results, Outcome.NOT_OFFERED)));
    results.forEach(this::testcase);
    xml.append("</testsuite>\n");
  }

  private void testcase(Result result) {
    open(
        "testcase",
        "classname",
        result.leg() + "." + result.tested().topic(),
        "name",
        result.tested().id() + " " + result.tested().title(),
        "time",
        String.format(Locale.ROOT, "%.3f", result.time().toMillis() / MILLIS));
    if (result.isViolation()) {
      open("failure", "message", result.findings().get(0).what());
      result.findings().forEach(finding -> line(finding.level() + ": " + finding.what()));
      result.transcript().forEach(this::line);
      xml.append("</failure>\n");
    } else if (result.outcome() != Outcome.PASSED) {
      open("skipped", "message", result.outcome() + ": " + result.reason());
      xml.append("</skipped>\n");
    }
    xml.append("</testcase>\n");
  }

  private void open(String name, String... attributes) {
    xml.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      xml.append(' ').append(attributes[i]).append("=\"");
      xml.append(escaped(attributes[i + 1])).append('"');
    }
    xml.append(">\n");
  }

  private void line(String text) {
    xml.append(escaped(text)).append('\n');
  }

  private static long count(List<Result> results, Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).count();
  }

  /** XML 1.0 has no control characters, not even escaped. */
  private static String escaped(String text) {
    return text.replaceAll("[^\\t -~\\u00A0-\\uD7FF]", "?")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
