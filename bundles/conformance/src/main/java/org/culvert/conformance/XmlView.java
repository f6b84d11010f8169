package org.culvert.conformance;

import java.io.IOException;
import java.io.StringReader;
import java.util.ArrayList;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.Node;
import org.xml.sax.ErrorHandler;
import org.xml.sax.InputSource;
import org.xml.sax.SAXException;
import org.xml.sax.SAXParseException;

/**
 * A reply's XML, asked by paths: {@code tunnel@action}, {@code tunnel/client/address[ipv6]}, {@code
 * tunnel/client/router/prefix@length}. What stands in brackets is the value of {@code type}.
 */
final class XmlView {
  private static final ErrorHandler SILENT =
      new ErrorHandler() {
        @Override
        public void warning(SAXParseException e) {}

        @Override
        public void error(SAXParseException e) {}

        @Override
        public void fatalError(SAXParseException e) throws SAXParseException {
          throw e;
        }
      };

  private final Element root;

  private XmlView(Element root) {
    this.root = root;
  }

  /**
   * Reads a document.
   *
   * @throws IOException if it is not well-formed
   */
  static XmlView read(String xml) throws IOException {
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
      factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
      factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
      var builder = factory.newDocumentBuilder();
      builder.setErrorHandler(SILENT);
      return new XmlView(
          builder.parse(new InputSource(new StringReader(xml))).getDocumentElement());
    } catch (SAXException | ParserConfigurationException e) {
      throw new IOException("the XML is not well-formed: " + e.getMessage(), e);
    }
  }

  /** Returns the texts or attributes that a path leads to, without white space around them. */
  List<String> values(String path) {
    String[] parts = path.split("@", 2);
    List<String> values = new ArrayList<>();
    for (Element element : elements(parts[0])) {
      if (parts.length == 1) {
        values.add(element.getTextContent().strip());
      } else if (element.hasAttribute(parts[1])) {
        values.add(element.getAttribute(parts[1]));
      }
    }
    return values;
  }

  private List<Element> elements(String path) {
    List<Element> reached = List.of();
    boolean first = true;
    for (String step : path.split("/", -1)) {
      String name = step.replaceAll("\\[.*", "");
      String type = step.contains("[") ? step.replaceAll(".*\\[(.*)]", "$1") : "";
      List<Element> next = new ArrayList<>();
      for (Element from : first ? List.of(root) : children(reached)) {
        if (from.getTagName().equals(name)
            && (type.isEmpty() || from.getAttribute("type").equals(type))) {
          next.add(from);
        }
      }
      reached = next;
      first = false;
    }
    return reached;
  }

  private static List<Element> children(List<Element> parents) {
    List<Element> children = new ArrayList<>();
    for (Element parent : parents) {
      for (Node node = parent.getFirstChild(); node != null; node = node.getNextSibling()) {
        if (node instanceof Element element) {
          children.add(element);
        }
      }
    }
    return children;
  }
}
