import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.SAXException;

/**
 * Completes the examples of configuration in the archive from what the bundles say of their keys:
 * {@code etc/PID.cfg.example} ends with every key that is not set in it, with its default, behind a
 * comment sign. A component that has no example of its own gets one. The name of an example for a
 * component that may be there several times is {@code PID-NAME.cfg.example}.
 *
 * <p>Usage: java Examples.java ASSEMBLY
 */
public final class Examples {
  private static final int WIDTH = 100;
  private static final Pattern KEY = Pattern.compile("^([A-Za-z][\\w.]*) *=.*");

  private Examples() {}

  public static void main(String[] arguments) throws Exception {
    Path assembly = Path.of(arguments[0]);
    // A bundle built over an older tree may have two descriptions of one component.
    Set<String> completed = new HashSet<>();
    for (Path bundle : bundles(assembly.resolve("system/org/culvert"))) {
      try (ZipFile jar = new ZipFile(bundle.toFile())) {
        List<? extends ZipEntry> entries =
            jar.stream().filter(one -> one.getName().matches("OSGI-INF/metatype/.*xml")).toList();
        for (ZipEntry entry : entries) {
          Document said = document(jar, entry);
          if (completed.add(pid(said))) {
            complete(assembly.resolve("etc"), said);
          }
        }
      }
    }
  }

  private static List<Path> bundles(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
  }

  private static Document document(ZipFile jar, ZipEntry entry)
      throws IOException, ParserConfigurationException, SAXException {
    try (InputStream in = jar.getInputStream(entry)) {
      return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(in);
    }
  }

  private static Element designate(Document said) {
    return (Element) said.getElementsByTagName("Designate").item(0);
  }

  private static String pid(Document said) {
    Element designate = designate(said);
    return designate.getAttribute("factoryPid") + designate.getAttribute("pid");
  }

  private static void complete(Path etc, Document said) throws IOException {
    Element designate = designate(said);
    String factory = designate.getAttribute("factoryPid");
    Path example =
        factory.isEmpty()
            ? etc.resolve(designate.getAttribute("pid") + ".cfg.example")
            : several(etc, factory);
    List<String> lines = new ArrayList<>();
    if (Files.exists(example)) {
      lines.addAll(Files.readAllLines(example));
    } else {
      String name = ((Element) said.getElementsByTagName("OCD").item(0)).getAttribute("name");
      lines.add("# " + name + ". Copy this file to");
      lines.add("# " + example.getFileName().toString().replace(".example", "") + " to change it.");
    }
    List<String> set =
        lines.stream().map(KEY::matcher).filter(m -> m.matches()).map(m -> m.group(1)).toList();
    lines.add("");
    lines.add(
        set.isEmpty()
            ? "# Every key, with its default."
            : "# Every other key, with its default.");
    NodeList keys = said.getElementsByTagName("AD");
    for (int i = 0; i < keys.getLength(); i++) {
      Element key = (Element) keys.item(i);
      if (!set.contains(key.getAttribute("id"))) {
        lines.add("");
        lines.addAll(wrapped(key.getAttribute("description")));
        lines.add(("#" + key.getAttribute("id") + " = " + standard(key)).strip());
      }
    }
    Files.write(example, lines);
  }

  private static Path several(Path etc, String factory) throws IOException {
    try (Stream<Path> files = Files.list(etc)) {
      return files
          .filter(file -> file.getFileName().toString().startsWith(factory + "-"))
          .filter(file -> file.toString().endsWith(".cfg.example"))
          .findFirst()
          .orElse(etc.resolve(factory + "-NAME.cfg.example"));
    }
  }

  /** Returns the default as it is written in a file: of a list, all values in one line. */
  private static String standard(Element key) {
    return Stream.of(key.getAttribute("default").split("(?<!\\\\),", -1))
        .map(value -> value.strip().replaceAll("\\\\(.)", "$1"))
        .collect(Collectors.joining(", "));
  }

  private static List<String> wrapped(String text) {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder("#");
    for (String word : text.split("\\s+")) {
      if (line.length() + 1 + word.length() > WIDTH && line.length() > 1) {
        lines.add(line.toString());
        line = new StringBuilder("#");
      }
      line.append(' ').append(word);
    }
    lines.add(line.toString());
    return lines;
  }
}
