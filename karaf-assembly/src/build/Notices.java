import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/**
 * Collects what the licences of the libraries in the archive require: the text of each licence and
 * each notice, in {@code licenses/} by library, and all notices in {@code NOTICE}. The build fails if
 * there is a library whose licence is not known.
 *
 * <p>Usage: java Notices.java ASSEMBLY TEXTS, where TEXTS has our own notice, the texts that
 * libraries do not bring, and {@code libraries.properties}, which says whose they are.
 */
public final class Notices {
  private static final String TEXT =
      "(META-INF/)?([^/]*-)?(LICEN[CS]E|NOTICE|COPYING|AL2\\.0|LGPL2\\.1)[^/]*"
          + "|META-INF/(licen[cs]es?|LICEN[CS]ES)/.*[^/]";

  private Notices() {}

  public static void main(String[] arguments) throws IOException {
    Path assembly = Path.of(arguments[0]);
    Path texts = Path.of(arguments[1]);
    Properties others = new Properties();
    try (InputStream in = Files.newInputStream(texts.resolve("libraries.properties"))) {
      others.load(in);
    }

    Map<String, Set<String>> whose = new TreeMap<>();
    List<String> unknown = new ArrayList<>();
    for (Path jar : libraries(assembly)) {
      String library = jar.getFileName().toString().replaceFirst("\\.jar$", "");
      Path folder = Files.createDirectories(assembly.resolve("licenses").resolve(library));
      Map<String, String> own = own(jar);
      for (Map.Entry<String, String> text : own.entrySet()) {
        Files.writeString(folder.resolve(text.getKey()), text.getValue());
        if (text.getKey().startsWith("NOTICE")) {
          whose.computeIfAbsent(text.getValue().strip(), notice -> new TreeSet<>()).add(library);
        }
      }
      boolean given = own.keySet().stream().anyMatch(name -> !name.startsWith("NOTICE"));
      for (String file : more(others, library)) {
        Files.writeString(
            folder.resolve(file), Files.readString(texts.resolve(file), StandardCharsets.UTF_8));
        given = true;
      }
      if (!given) {
        unknown.add(library);
      }
    }
    if (!unknown.isEmpty()) {
      throw new IllegalStateException(
          "no licence is known of " + unknown + "; write it in " + texts + "/libraries.properties");
    }

    StringBuilder notice = new StringBuilder(Files.readString(texts.resolve("NOTICE")));
    whose.forEach(
        (text, libraries) ->
            notice
                .append("\n----------------------------------------------------------------\n")
                .append(String.join("\n", libraries))
                .append("\n\n")
                .append(text)
                .append('\n'));
    Files.writeString(assembly.resolve("NOTICE"), notice);
  }

  private static List<Path> libraries(Path assembly) throws IOException {
    try (Stream<Path> files =
        Stream.concat(Files.walk(assembly.resolve("system")), Files.walk(assembly.resolve("lib")))) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .filter(file -> !file.getFileName().toString().startsWith("culvert-"))
          .sorted()
          .toList();
    }
  }

  private static Map<String, String> own(Path jar) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : zip.stream().filter(e -> e.getName().matches(TEXT)).toList()) {
        byte[] octets = zip.getInputStream(entry).readAllBytes();
        found.put(
            entry.getName().replaceFirst(".*/", ""),
            new String(octets, StandardCharsets.UTF_8).replace("\r", ""));
      }
    }
    return found;
  }

  /** Texts that stand for libraries whose names begin so. */
  private static List<String> more(Properties others, String library) {
    return others.stringPropertyNames().stream()
        .filter(library::startsWith)
        .sorted()
        .flatMap(name -> Stream.of(others.getProperty(name).split(" *, *")))
        .toList();
  }
}
