package org.culvert.testkit.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Something that shows a demand to be met, a threat to be stopped or a promise to be kept.
 *
 * @param demand its id
 * @param what a test, a case, or a part of a lab
 * @param sides whose conduct it shows
 */
record Evidence(String demand, String what, Set<Side> sides) {
  private static final Pattern ID = Pattern.compile("\"([^\"]+)\"");

  /** Possessive, since the stack grows with whatever could still be tried in another way. */
  private static final Pattern OTHER_ANNOTATION =
      Pattern.compile(
          "@\\w+(\\((?:[^()\"]++|\"[^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+\"|\\([^()]*+\\))*+\\))?");

  private static final Pattern LAB_PART = Pattern.compile("(\\w+)\\(\\) \\{.*");

  /** Finds the annotated tests below a directory. */
  static List<Evidence> inTests(Path directory, Tag tag, Set<Side> sides) throws IOException {
    List<Evidence> found = new ArrayList<>();
    for (Path file : files(directory, ".java")) {
      String type = file.getFileName().toString().replace(".java", "");
      found.addAll(inSource(type, Files.readString(file), tag, sides));
    }
    return found;
  }

  static List<Evidence> inSource(String type, String source, Tag tag, Set<Side> sides) {
    String uniform = tag.annotated(source);
    if (!uniform.contains(tag.opening())) {
      return List.of();
    }
    List<Evidence> found = new ArrayList<>();
    // Another annotation between ours and the method would be taken for the method.
    Matcher others = OTHER_ANNOTATION.matcher(uniform);
    String bare =
        others.replaceAll(
            match ->
                match.group().startsWith(tag.opening())
                    ? Matcher.quoteReplacement(match.group())
                    : "");
    Matcher annotation = tag.annotation().matcher(bare);
    while (annotation.find()) {
      String method = annotation.group(4);
      String what = method == null ? type : type + "." + method;
      Matcher id = ID.matcher(annotation.group(1));
      while (id.find()) {
        found.add(new Evidence(id.group(1), what, sides));
      }
    }
    return found;
  }

  /** Finds what the conformance kit's case files cite; a table counts once. */
  static List<Evidence> inCases(Path directory, Set<Side> sides) throws IOException {
    List<Evidence> found = new ArrayList<>();
    for (Path file : files(directory, ".txt")) {
      String current = "";
      for (String line : Files.readAllLines(file)) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length > 1 && (words[0].equals("case") || words[0].equals("table"))) {
          current = words[1] + (words[0].equals("table") ? "-*" : "");
        } else if (words[0].equals("demands")) {
          for (int i = 1; i < words.length; i++) {
            found.add(new Evidence(words[i], current, sides));
          }
        }
      }
    }
    return found;
  }

  /** Finds what the parts of the lab's scripts cite, each in a comment before it. */
  static List<Evidence> inLab(Path directory, Tag tag) throws IOException {
    List<Evidence> found = new ArrayList<>();
    for (Path file : files(directory, ".sh")) {
      String name = file.getFileName().toString();
      List<String> waiting = new ArrayList<>();
      for (String line : Files.readAllLines(file)) {
        Matcher comment = tag.labComment().matcher(line);
        Matcher part = LAB_PART.matcher(line);
        if (comment.matches()) {
          waiting.addAll(List.of(comment.group(1).strip().split("\\s+", -1)));
        } else if (part.matches()) {
          waiting.forEach(id -> found.add(new Evidence(id, name + " " + part.group(1), Side.BOTH)));
          waiting.clear();
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
