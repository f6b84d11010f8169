package org.culvert.conformance.client;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/** A client's command, asked by paths such as {@code tunnel/client/address[ipv4]@type}. */
final class CommandView {
  private static final ErrorHandler SILENT =
      new ErrorHandler() {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) {}

        @Override
        public void fatalError(SAXParseException e) throws SAXException {
          throw e;
        }
      };

  private final Element root;

  private CommandView(Element root) {
    this.root = root;
  }

  /**
   * Reads a command.
   *
   * @throws Unmet if it is not well-formed
   */
  static CommandView read(String xml) throws Unmet {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      DocumentBuilder builder = factory.newDocumentBuilder();
      builder.setErrorHandler(SILENT);
      return new CommandView(
          builder.parse(new InputSource(new StringReader(xml))).getDocumentElement());
    } catch (SAXException | IOException e) {
      throw Unmet.violation("a command is not well-formed: " + e.getMessage());
    } catch (ParserConfigurationException e) {
      throw new IllegalStateException("every JDK reads XML", e);
    }
  }

  /** Returns the texts or attributes that a path leads to, without white space around them. */
  List<String> values(String path) {
    String[] halves = path.split("@", 2);
    List<String> values = new ArrayList<>();
    for (Element element : reached(halves[0])) {
      if (halves.length == 1) {
        values.add(element.getTextContent().strip());
      } else if (element.hasAttribute(halves[1])) {
        values.add(element.getAttribute(halves[1]));
      }
    }
    return values;
  }

  /** Returns the first of those; empty text if there is none. */
  String value(String path) {
    List<String> values = values(path);
    return values.isEmpty() ? "" : values.get(0);
  }

  private List<Element> reached(String path) {
    List<Element> reached = new ArrayList<>();
    String[] steps = path.split("/", -1);
    if (fits(root, steps[0])) {
      reached.add(root);
    }
    for (int i = 1; i < steps.length; i++) {
      List<Element> next = new ArrayList<>();
      for (Element parent : reached) {
        for (Node n = parent.getFirstChild(); n != null; n = n.getNextSibling()) {
          if (n instanceof Element child && fits(child, steps[i])) {
            next.add(child);
          }
        }
      }
      reached = next;
    }
    return reached;
  }

  /** {@code address}, {@code address[ipv4]}, {@code *}. */
  private static boolean fits(Element element, String step) {
    int bracket = step.indexOf('[');
    String name = bracket < 0 ? step : step.substring(0, bracket);
    boolean named = name.equals("*") || element.getTagName().equals(name);
    return named
        && (bracket < 0
            || element.getAttribute("type").equals(step.substring(bracket + 1, step.length() - 1)));
  }
}
