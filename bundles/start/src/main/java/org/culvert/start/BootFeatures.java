package org.culvert.start;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The features that the configuration names for a role: those of every role in {@code
 * org.apache.karaf.features.cfg}, and what the role adds in {@code custom.system.properties}.
 *
 * @param role the role
 * @param ofRole what the role adds
 * @param all these and those of every role
 */
record BootFeatures(String role, Set<String> ofRole, Set<String> all) {
  static final String OF_ROLES = "custom.system.properties";
  static final String OF_ALL = "org.apache.karaf.features.cfg";

  /** Writes the stamp. It is the last one, so who has it has the whole list. */
  private static final String LAST = "culvert-start";

  private static final Map<String, Set<String>> LEAST =
      Map.of(
          "broker", Set.of("culvert-broker"),
          "client", Set.of("culvert-client"),
          "all", Set.of("culvert-broker", "culvert-client"));

  private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^${}]*)}");
  private static final int MOST_VARIABLES = 100;

  BootFeatures {
    ofRole = Set.copyOf(ofRole);
    all = Set.copyOf(all);
  }

  static BootFeatures of(Folders folders, String role) {
    Properties roles = Notes.read(folders.etc().resolve(OF_ROLES)).orElseGet(Properties::new);
    Properties features = Notes.read(folders.etc().resolve(OF_ALL)).orElseGet(Properties::new);
    String ofRole = "${culvert.features." + role + "}";
    return new BootFeatures(
        role,
        names(filled(ofRole, roles, role)),
        names(filled(features.getProperty("featuresBoot", ""), roles, role)));
  }

  /** Tells whether there is such a role. */
  static boolean isRole(String role) {
    return LEAST.containsKey(role);
  }

  /** Names what has to be installed, for the role to be what its name says. */
  Set<String> needed() {
    Set<String> needed = new TreeSet<>(ofRole);
    needed.addAll(LEAST.getOrDefault(role, Set.of()));
    return needed;
  }

  /** Names what is needed and not there. */
  Set<String> lackedBy(Set<String> installed) {
    Set<String> lacked = new TreeSet<>(needed());
    lacked.removeAll(installed);
    return lacked;
  }

  /** Refuses to install what would be no such role: a file was cut, or edited by mistake. */
  void check(Folders folders) throws Refusal {
    Set<String> least = LEAST.getOrDefault(role, Set.of());
    if (!ofRole.containsAll(least)) {
      throw refusal(folders, OF_ROLES, "has no \"culvert.features." + role + "\" with ", least);
    }
    if (!all.contains(LAST) || !all.containsAll(ofRole)) {
      throw refusal(
          folders, OF_ALL, "has no \"featuresBoot\" with all of ", List.of("the role", LAST));
    }
  }

  private Refusal refusal(Folders folders, String file, String lacks, Iterable<String> what)
      throws Refusal {
    return new Refusal(
        folders.etc().resolve(file)
            + " "
            + lacks
            + String.join(" and ", what)
            + ", which the role "
            + role
            + " needs; mend it, or get it back as it was shipped: "
            + new Essentials(folders).remedy(Set.of(file)));
  }

  /** Names a file whose last line has no end: it may have been cut. */
  static Optional<Path> unended(Folders folders) throws Refusal {
    for (String name : List.of(OF_ROLES, OF_ALL)) {
      Path file = folders.etc().resolve(name);
      try {
        if (!Files.readString(file, StandardCharsets.ISO_8859_1).matches("(?s).*\\n[ \\t]*")) {
          return Optional.of(file);
        }
      } catch (IOException e) {
        throw new Refusal(file + " cannot be read: " + e);
      }
    }
    return Optional.empty();
  }

  /** Fills in variables as Karaf does, the innermost first; properties of the process go before. */
  private static String filled(String text, Properties roles, String role) {
    String filled = text;
    for (int i = 0; i < MOST_VARIABLES; i++) {
      Matcher variable = VARIABLE.matcher(filled);
      if (!variable.find()) {
        return filled;
      }
      String name = variable.group(1);
      String value =
          name.equals("culvert.role")
              ? role
              : System.getProperty(name, roles.getProperty(name, ""));
      filled = variable.replaceFirst(Matcher.quoteReplacement(value));
    }
    return filled;
  }

  /** Takes the names out of a list that may have versions, stages and flags. */
  private static Set<String> names(String text) {
    Set<String> names = new TreeSet<>();
    for (String entry : text.split("[\\s,()]+", -1)) {
      String name = entry.replaceFirst("[/;].*", "");
      if (!name.isEmpty()) {
        names.add(name);
      }
    }
    return names;
  }
}
