package org.culvert.conformance;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;
import org.culvert.conformance.Result.Outcome;

/** Writes what came of a run in the form that build servers read: a suite for each leg. */
final class JunitReport {
  private static final double MILLIS = 1000;

  private JunitReport() {}

  /** Writes a file, its directories included. */
  static void write(Path file, List<Result> results) throws IOException {
    Path directory = file.toAbsolutePath().getParent();
    if (directory != null) {
      Files.createDirectories(directory);
    }
    try (Writer writer = Files.newBufferedWriter(file)) {
      XMLStreamWriter xml = XMLOutputFactory.newInstance().createXMLStreamWriter(writer);
      xml.writeStartDocument();
      xml.writeStartElement("testsuites");
      Set<Leg> legs = EnumSet.noneOf(Leg.class);
      results.forEach(result -> legs.add(result.leg()));
      for (Leg leg : legs) {
        suite(xml, leg, results.stream().filter(result -> result.leg() == leg).toList());
      }
      xml.writeEndElement();
      xml.writeEndDocument();
      xml.close();
    } catch (XMLStreamException e) {
      throw new IOException("the report could not be written", e);
    }
  }

  private static void suite(XMLStreamWriter xml, Leg leg, List<Result> results)
      throws XMLStreamException {
    xml.writeCharacters("\n");
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", "tsp." + leg);
    xml.writeAttribute("tests", Integer.toString(results.size()));
    xml.writeAttribute("failures", Long.toString(count(results, Outcome.VIOLATION)));
    xml.writeAttribute("errors", "0");
    xml.writeAttribute(
        "skipped",
        Long.toString(count(results, Outcome.SKIPPED) + count(results, Outcome.NOT_OFFERED)));
    for (Result result : results) {
      xml.writeCharacters("\n");
      testcase(xml, result);
    }
    xml.writeEndElement();
  }

  private static void testcase(XMLStreamWriter xml, Result result) throws XMLStreamException {
    xml.writeStartElement("testcase");
    xml.writeAttribute("classname", result.leg() + "." + result.tested().topic());
    xml.writeAttribute("name", printable(result.tested().id() + " " + result.tested().title()));
    xml.writeAttribute(
        "time", String.format(Locale.ROOT, "%.3f", result.time().toMillis() / MILLIS));
    if (result.isViolation()) {
      xml.writeStartElement("failure");
      xml.writeAttribute("message", printable(result.findings().get(0).what()));
      xml.writeCharacters(
          result.findings().stream()
              .map(finding -> printable(finding.level() + ": " + finding.what()))
              .collect(Collectors.joining("\n", "", "\n")));
      for (String line : result.transcript()) {
        xml.writeCharacters(printable(line) + "\n");
      }
      xml.writeEndElement();
    } else if (result.outcome() != Outcome.PASSED) {
      xml.writeStartElement("skipped");
      xml.writeAttribute("message", printable(result.outcome() + ": " + result.reason()));
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static long count(List<Result> results, Outcome outcome) {
    return results.stream().filter(result -> result.outcome() == outcome).count();
  }

  /** XML 1.0 has no control characters, not even escaped. */
  private static String printable(String text) {
    return text.replaceAll("[^\\t\\n\\r -~\\u00A0-\\uD7FF]", "?");
  }
}
