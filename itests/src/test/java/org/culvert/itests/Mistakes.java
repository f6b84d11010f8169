package org.culvert.itests;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * Mistakes in every configuration that a bundle describes: keys with a letter too many, too few or
 * changed, keys in another case, keys of what has files of its own, values that mean nothing, files
 * under a wrong name. And mistakes in the file of users.
 */
final class Mistakes {
  private static final String OURS = "org.culvert.";
  private static final String USERS = "culvert-users.properties";
  private static final List<String> MECHANISMS =
      List.of("SCRAM-SHA-256", "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1", "SCRAM-SHA-1-PLUS");

  /** Of every service; the runtime reads it. */
  private static final String RANKING = "service.ranking";

  /** What is written for a key that nobody knows; it may be a secret. */
  static final String CANARY = "canary-4711";

  private final Random random;
  private final Map<String, String> files = new TreeMap<>();
  private final List<String> told = new ArrayList<>();
  private final List<String> several = new ArrayList<>();

  Mistakes(long seed) {
    this.random = new Random(seed);
  }

  /** Returns the content of each file, by its name. */
  Map<String, String> files() {
    return files;
  }

  /** Returns how the line about each mistake begins. */
  List<String> told() {
    return told;
  }

  /** Makes mistakes in all that the bundles in a folder describe. */
  Mistakes in(Path bundles) throws Exception {
    try (Stream<Path> all = Files.walk(bundles, 7)) {
      for (Path file : all.filter(Mistakes::isDescription).sorted().toList()) {
        Document read =
            DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(file.toFile());
        List<Element> keys = elements(read, "AD");
        for (Element one : elements(read, "Designate")) {
          String pid = one.getAttribute("pid");
          String several = one.getAttribute("factoryPid");
          in(pid + several, several.isEmpty() ? ".cfg" : "-mistakes.cfg", keys);
        }
      }
    }
    several.forEach(this::several);
    return this;
  }

  private static boolean isDescription(Path file) {
    return file.getParent().endsWith("target/classes/OSGI-INF/metatype");
  }

  private static List<Element> elements(Document document, String name) {
    NodeList found = document.getElementsByTagName(name);
    List<Element> elements = new ArrayList<>();
    for (int i = 0; i < found.getLength(); i++) {
      elements.add((Element) found.item(i));
    }
    return elements;
  }

  private void in(String pid, String ending, List<Element> keys) {
    String file = pid + ending;
    List<String> names = keys.stream().map(key -> key.getAttribute("id")).toList();
    Map<String, String> lines = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (Element key : keys) {
      String right = key.getAttribute("id");
      if (right.equals(RANKING)) {
        continue;
      }
      if (!key.getAttribute("type").matches("String|Password")) {
        lines.put(right, right + " = lots");
        told.add("etc/%s: %s = \"lots\": ".formatted(file, right));
      } else if (!right.equals(right.toUpperCase(Locale.ROOT))) {
        String shouted = right.toUpperCase(Locale.ROOT);
        lines.put(right, shouted + " = " + key.getAttribute("default").replace("\\", "\\\\"));
        told.add("etc/%s: %s is taken for %s; ".formatted(file, shouted, right));
      }
      for (String wrong : misspelt(right)) {
        if (!wrong.isEmpty()
            && names.stream().noneMatch(wrong::equalsIgnoreCase)
            && lines.putIfAbsent(wrong, wrong + " = " + CANARY) == null) {
          told.add("etc/%s: there is no %s; ".formatted(file, wrong));
        }
      }
    }
    files.put(file, String.join("\n", lines.values()) + "\n");
    for (String wrong : misspelt(pid.substring(OURS.length()))) {
      files.put(OURS + wrong + ending, "key = " + CANARY + "\n");
      told.add("etc/%s%s%s: nothing ".formatted(OURS, wrong, ending));
    }
    String name = pid.substring(OURS.length());
    String culvert = OURS.substring(OURS.indexOf('.') + 1);
    misnamed("O" + pid.substring(1), ending, file);
    misnamed(culvert + name, ending, file);
    misnamed(pid.replace('.', '-'), ending, file);
    misnamed("0rg." + culvert + name, ending + ".txt", file);
    if (ending.startsWith("-")) {
      several.add(pid);
    }
  }

  private void misnamed(String stem, String ending, String right) {
    files.put(stem + ending, "key = " + CANARY + "\n");
    told.add("etc/%s%s: nothing reads it; is %s meant?".formatted(stem, ending, right));
  }

  /** What there may be several of is no key, and a hyphen stands before its name. */
  private void several(String pid) {
    String name = "n" + random.nextInt(1_000);
    String right = pid + "-" + name + ".cfg";
    for (String sign : List.of("_", ".")) {
      misnamed(pid + sign + name, ".cfg", right);
      int last = pid.lastIndexOf('.');
      String whole = pid.substring(0, last) + ".cfg";
      if (files.containsKey(whole)) {
        String key = pid.substring(last + 1) + sign + name;
        files.merge(whole, key + " = " + CANARY + "\n", String::concat);
        told.add(
            "etc/%s: there is no %s; each %s has a file of its own, etc/%s"
                .formatted(whole, key, pid.substring(last + 1), right));
      }
    }
    misnamed(pid + "-" + name, ".cfg.txt", right);
  }

  /**
   * Makes mistakes in the file of users.
   *
   * @param etc the folder that it is in, as the log names it
   */
  Mistakes inUsers(Path etc) {
    List<String> lines = new ArrayList<>();
    for (String right : List.of("SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "DIGEST-MD5", "EXTERNAL")) {
      for (String wrong : misspelt(right)) {
        String shouted = wrong.toUpperCase(Locale.ROOT);
        if (!MECHANISMS.contains(shouted)) {
          lines.add("mechanisms:" + wrong + " " + CANARY);
          toldOfUser(etc, lines.size(), "names a mechanism that ");
        }
      }
    }
    for (String right : List.of("disabled", "tls-only", "mechanisms", "groups")) {
      for (String wrong : misspelt(right)) {
        lines.add(wrong + ":" + CANARY);
        toldOfUser(etc, lines.size(), "lets nobody in: it has a word that is almost ");
      }
    }
    lines.add("mechanisms:KERBEROS");
    toldOfUser(etc, lines.size(), "names a mechanism that ");
    lines.add("tls-only:" + CANARY);
    toldOfUser(etc, lines.size(), "lets nobody in: it has a word that is almost tls-only; ");
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      text.append("user%d = %s\n".formatted(i + 1, lines.get(i)));
    }
    text.append("twice = two words\ntwice = ").append(CANARY).append('\n');
    told.add("%s line %d (twice) is ignored: ".formatted(etc.resolve(USERS), lines.size() + 1));
    told.add("%s line %d (twice) counts, ".formatted(etc.resolve(USERS), lines.size() + 2));
    files.put(USERS, text.toString());
    for (String wrong : misspelt("culvert-users")) {
      files.put(wrong + ".properties", "x = " + CANARY + "\n");
      told.add(
          "%s.properties: nothing reads it; is %s meant?".formatted(etc.resolve(wrong), USERS));
    }
    return this;
  }

  private void toldOfUser(Path etc, int line, String what) {
    told.add("%s line %d (user%d) %s".formatted(etc.resolve(USERS), line, line, what));
  }

  private List<String> misspelt(String word) {
    return List.of(longer(word, 'x'), longer(word, 'z'), shorter(word), other(word));
  }

  private String longer(String word, char more) {
    int place = 1 + random.nextInt(word.length());
    return word.substring(0, place) + more + word.substring(place);
  }

  private String shorter(String word) {
    int place = random.nextInt(word.length());
    return word.substring(0, place) + word.substring(place + 1);
  }

  private String other(String word) {
    int place = random.nextInt(word.length());
    return word.substring(0, place) + 'q' + word.substring(place + 1);
  }
}
