package org.culvert.configuration;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/** Reads what bundles say of their configurations: {@code OSGI-INF/metatype/*.xml}. */
final class MetatypeReader {
  private static final String NO_DOCTYPE = "http://apache.org/xml/features/disallow-doctype-decl";

  private MetatypeReader() {}

  /**
   * Reads one file.
   *
   * @throws IOException if it is no metatype
   */
  static List<Definition> read(InputStream in) throws IOException {
    Element root;
    try {
      DocumentBuilderFactory factory = DocumentBuilderFactory.newDefaultInstance();
      factory.setFeature(NO_DOCTYPE, true);
      root = factory.newDocumentBuilder().parse(in).getDocumentElement();
    } catch (ParserConfigurationException | SAXException e) {
      throw new IOException(e);
    }
    Map<String, Map<String, Setting>> classes = new HashMap<>();
    for (Element one : elements(root, "OCD")) {
      classes.put(one.getAttribute("id"), settings(one));
    }
    List<Definition> definitions = new ArrayList<>();
    for (Element designate : elements(root, "Designate")) {
      String several = designate.getAttribute("factoryPid");
      String pid = several.isEmpty() ? designate.getAttribute("pid") : several;
      for (Element object : elements(designate, "Object")) {
        Map<String, Setting> settings = classes.get(object.getAttribute("ocdref"));
        if (settings != null && !pid.isEmpty()) {
          definitions.add(new Definition(pid, !several.isEmpty(), settings));
        }
      }
    }
    return definitions;
  }

  private static Map<String, Setting> settings(Element objectClass) {
    Map<String, Setting> settings = new HashMap<>();
    for (Element one : elements(objectClass, "AD")) {
      String key = one.getAttribute("id");
      Optional<String> preset =
          Optional.of(one.getAttribute("default")).filter(text -> !text.isEmpty());
      List<String> options =
          elements(one, "Option").stream().map(option -> option.getAttribute("value")).toList();
      settings.put(
          key,
          new Setting(
              key,
              one.getAttribute("type"),
              options,
              preset,
              limit(one.getAttribute("min")),
              limit(one.getAttribute("max"))));
    }
    return settings;
  }

  /** A limit that is no whole number is that of a text's length or of a fraction: none here. */
  private static Optional<Long> limit(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Long.valueOf(text));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static List<Element> elements(Element parent, String name) {
    NodeList found = parent.getElementsByTagName(name);
    return IntStream.range(0, found.getLength())
        .mapToObj(found::item)
        .map(Element.class::cast)
        .toList();
  }
}
