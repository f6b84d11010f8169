package org.culvert.conformance.client;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.culvert.conformance.cause.Causes;

/** Tells what came of an examination: to people, and to build servers as JUnit's XML. */
final class Report {
  private static final double MILLIS = 1000;

  private Report() {}

  /**
   * Prints violations with their dialogues.
   *
   * @param all whether to list what passed too
   */
  static void print(List<Verdict> verdicts, boolean all, PrintStream out) {
    for (Verdict verdict : verdicts) {
      if (all || verdict.isViolation()) {
        out.printf(
            "%-4s  %-28s  %-8s  %-9s  %s%s%n",
            verdict.way(),
            verdict.script().id(),
            verdict.script().level().name().toLowerCase(Locale.ROOT),
            outcome(verdict),
            verdict.script().title(),
            verdict.skipped().isEmpty() ? "" : " (" + verdict.skipped() + ")");
      }
      if (verdict.isViolation()) {
        out.println("      " + verdict.script().source());
        verdict.findings().forEach(f -> out.println("      " + f.level() + ": " + f.what()));
        verdict.transcript().forEach(line -> out.println("        " + line));
      }
    }
    Causes.print(verdicts, Verdict::causes, one -> one.way() + " " + one.script().id(), out);
    out.printf(
        "%n%d passed, %d violations, %d skipped%n",
        verdicts.stream().filter(Verdict::isPass).count(),
        verdicts.stream().filter(Verdict::isViolation).count(),
        verdicts.stream().filter(verdict -> outcome(verdict).equals("skipped")).count());
    out.flush();
  }

  private static String outcome(Verdict verdict) {
    return verdict.isViolation() ? "VIOLATION" : verdict.isPass() ? "pass" : "skipped";
  }

  /** Writes JUnit's XML, the directories of the file included. */
  static void write(Path file, List<Verdict> verdicts) throws IOException {
    Optional<Path> directory = Optional.ofNullable(file.toAbsolutePath().getParent());
    if (directory.isPresent()) {
      Files.createDirectories(directory.get());
    }
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    xml.append("<testsuite name=\"tsp.client\" tests=\"").append(verdicts.size());
    xml.append("\" failures=\"");
    xml.append(verdicts.stream().filter(Verdict::isViolation).count()).append("\">\n");
    verdicts.forEach(verdict -> testcase(verdict, xml));
    Files.writeString(file, xml.append("</testsuite>\n"));
  }

  private static void testcase(Verdict verdict, StringBuilder xml) {
    String name = verdict.script().id() + " " + verdict.script().title();
    xml.append("<testcase classname=\"").append(verdict.way()).append('.');
    xml.append(escaped(verdict.script().topic())).append("\" name=\"").append(escaped(name));
    double seconds = verdict.time().toMillis() / MILLIS;
    xml.append(String.format(Locale.ROOT, "\" time=\"%.3f\">%n", seconds));
    if (verdict.isViolation()) {
      xml.append("<failure message=\"").append(escaped(verdict.findings().get(0).what()));
      xml.append("\">\n");
      verdict
          .findings()
          .forEach(f -> xml.append(escaped(f.level() + ": " + f.what())).append('\n'));
      verdict.transcript().forEach(line -> xml.append(escaped(line)).append('\n'));
      xml.append("</failure>\n");
    } else if (!verdict.isPass()) {
      xml.append("<skipped message=\"").append(escaped(verdict.skipped())).append("\"/>\n");
    }
    xml.append("</testcase>\n");
  }

  private static String escaped(String text) {
    return text.replaceAll("[^\\t -~]", "?")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
