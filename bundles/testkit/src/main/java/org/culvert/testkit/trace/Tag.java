package org.culvert.testkit.trace;

import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How tests and parts of the lab say what they show: by an annotation, by a comment in its place
 * where the annotation is out of reach, by a comment before a function of a script.
 */
enum Tag {
  DEMANDS("Demands", "demands"),
  THREATS("Threat", "threats"),
  PROMISES("Promise", "promises");

  private final String name;
  private final Pattern annotation;
  private final Pattern comment;
  private final Pattern labComment;

  Tag(String name, String word) {
    this.name = name;
    this.annotation =
        Pattern.compile(
            "@"
                + name
                + "\\(\\s*(?:value\\s*=\\s*)?\\{?([^)}]*)\\}?\\s*\\)(.*?)"
                + "(?:(?:class|interface|record)\\s+(\\w+)|(\\w+)\\s*\\()",
            Pattern.DOTALL);
    this.comment = Pattern.compile("(?m)^\\s*// " + word + ": (.+)$");
    this.labComment = Pattern.compile("\\s*# " + word + ": (.+)");
  }

  /** Returns how the annotation begins. */
  String opening() {
    return "@" + name + "(";
  }

  /** Returns what finds the annotation and the class or method that bears it. */
  Pattern annotation() {
    return annotation;
  }

  /** Returns what finds the comment before a function of the lab. */
  Pattern labComment() {
    return labComment;
  }

  /** Writes the annotation in the place of each comment. */
  String annotated(String source) {
    return comment
        .matcher(source)
        .replaceAll(
            match ->
                Stream.of(match.group(1).strip().split("\\s+", -1))
                    .map(id -> '"' + id + '"')
                    .collect(Collectors.joining(", ", opening() + "{", "})")));
  }
}
