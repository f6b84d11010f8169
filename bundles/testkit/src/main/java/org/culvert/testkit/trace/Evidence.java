package org.culvert.testkit.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something that shows a demand to be met.
 *
 * @param demand the demand's id
 * @param what a test or a case
 */
record Evidence(String demand, String what) {
  private static final Pattern ANNOTATION =
      Pattern.compile(
          "@Demands\\(\\s*(?:value\\s*=\\s*)?\\{?([^)}]*)\\}?\\s*\\)(.*?)"
              + "(?:(?:class|interface|record)\\s+(\\w+)|(\\w+)\\s*\\()",
          Pattern.DOTALL);
  private static final Pattern ID = Pattern.compile("\"([^\"]+)\"");
  private static final Pattern OTHER_ANNOTATION =
      Pattern.compile("@\\w+(\\((?:[^()\"]|\"(?:[^\"\\\\]|\\\\.)*\"|\\([^()]*\\))*\\))?");

  /** Finds the annotated tests below a directory. */
  static List<Evidence> inTests(Path directory) throws IOException {
    List<Evidence> found = new ArrayList<>();
    for (Path file : files(directory, ".java")) {
      String source = Files.readString(file);
      if (source.contains("@Demands(")) {
        found.addAll(inSource(file.getFileName().toString().replace(".java", ""), source));
      }
    }
    return found;
  }

  static List<Evidence> inSource(String type, String source) {
    List<Evidence> found = new ArrayList<>();
    // Another annotation between ours and the method would be taken for the method.
    Matcher others = OTHER_ANNOTATION.matcher(source);
    String bare =
        others.replaceAll(
            match ->
                match.group().startsWith("@Demands(")
                    ? Matcher.quoteReplacement(match.group())
                    : "");
    Matcher annotation = ANNOTATION.matcher(bare);
    while (annotation.find()) {
      String method = annotation.group(4);
      String what = method == null ? type : type + "." + method;
      Matcher id = ID.matcher(annotation.group(1));
      while (id.find()) {
        found.add(new Evidence(id.group(1), what));
      }
    }
    return found;
  }

  /** Finds what the conformance kit's case files cite; a table counts once. */
  static List<Evidence> inCases(Path directory) throws IOException {
    List<Evidence> found = new ArrayList<>();
    for (Path file : files(directory, ".txt")) {
      String current = "";
      for (String line : Files.readAllLines(file)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length > 1 && (words[0].equals("case") || words[0].equals("table"))) {
          current = words[1] + (words[0].equals("table") ? "-*" : "");
        } else if (words[0].equals("demands")) {
          for (int i = 1; i < words.length; i++) {
            found.add(new Evidence(words[i], current));
          }
        }
      }
    }
    return found;
  }

  private static List<Path> files(Path directory, String ending) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> files = Files.walk(directory)) {
      return files.filter(file -> file.toString().endsWith(ending)).sorted().toList();
    }
  }
}
