package org.culvert.configuration;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.culvert.api.config.Spelling;

/**
 * Finds the file that is meant by one that is called almost so: with another case, other signs
 * between its words, without some of the first of them, or with a letter or two that are wrong.
 *
 * @param definitions what files there may be
 */
record FileNames(Collection<Definition> definitions) {
  private static final String ENDING = ".cfg";
  private static final String SIGNS = "-_.";

  /** Names of others are further from ours. */
  private static final int MOST_LETTERS = 2;

  /**
   * Returns the right name.
   *
   * @param stem a file's name without its ending
   */
  Optional<String> meant(String stem) {
    String bare = stem.endsWith(ENDING) ? stem.substring(0, stem.length() - ENDING.length()) : stem;
    Map<String, Definition> names = new TreeMap<>();
    Map<String, Definition> shortened = new TreeMap<>();
    for (Definition one : definitions) {
      String pid = one.pid();
      names.put(pid, one);
      names.put(pid.substring(pid.indexOf('.') + 1), one);
      shortened.put(owner(pid) + pid.substring(pid.lastIndexOf('.') + 1), one);
    }
    return exactly(bare, names)
        .or(() -> exactly(bare, shortened))
        .or(() -> nearest(bare, names, "NAME"))
        .or(() -> nearestOfSeveral(bare, names));
  }

  /**
   * Returns the right name of a file that is called as one of ours without the owner's two words,
   * such as {@code broker}. Only of a configuration, for other files may well be called so.
   */
  Optional<String> meantWithoutOwner(String stem) {
    Map<String, Definition> names = new TreeMap<>();
    definitions.forEach(one -> names.put(own(one), one));
    return exactly(stem, names);
  }

  private static Optional<String> exactly(String bare, Map<String, Definition> names) {
    return names.entrySet().stream()
        .filter(one -> plain(one.getKey()).equals(plain(bare)))
        .findFirst()
        .map(one -> file(one.getValue(), "NAME"))
        .or(() -> oneOfSeveral(bare, names));
  }

  /** What differs between our own names counts, and what they have in common does not. */
  private static Optional<String> nearest(String bare, Map<String, Definition> names, String name) {
    for (int letters = 1; letters <= MOST_LETTERS; letters++) {
      int most = letters;
      Optional<String> near =
          names.entrySet().stream()
              .filter(one -> own(one.getValue()).length() / 3 >= most)
              .filter(one -> Spelling.nearest(bare, Set.of(one.getKey()), most).isPresent())
              .findFirst()
              .map(one -> file(one.getValue(), name));
      if (near.isPresent()) {
        return near;
      }
    }
    return Optional.empty();
  }

  private static Optional<String> nearestOfSeveral(String bare, Map<String, Definition> names) {
    int hyphen = bare.indexOf('-');
    if (hyphen < 0) {
      return Optional.empty();
    }
    Map<String, Definition> several = new TreeMap<>(names);
    several.values().removeIf(one -> !one.several());
    return nearest(bare.substring(0, hyphen), several, bare.substring(hyphen + 1));
  }

  /** Returns what stands behind the first two words. */
  private static String own(Definition definition) {
    return definition.pid().substring(owner(definition.pid()).length());
  }

  /** Returns the first two words of a name, with their dots. */
  static String owner(String pid) {
    int second = pid.indexOf('.', pid.indexOf('.') + 1);
    return pid.substring(0, second + 1);
  }

  private static Optional<String> oneOfSeveral(String bare, Map<String, Definition> names) {
    return names.entrySet().stream()
        .filter(one -> one.getValue().several())
        .sorted(Comparator.comparingInt(one -> -one.getKey().length()))
        .flatMap(one -> rest(bare, one.getKey()).map(name -> file(one.getValue(), name)).stream())
        .findFirst();
  }

  /** Returns what stands behind a name and a sign, where signs in the name may be others. */
  private static Optional<String> rest(String bare, String name) {
    String wanted = plain(name);
    int end = 0;
    for (int found = 0; end < bare.length() && found < wanted.length(); end++) {
      if (SIGNS.indexOf(bare.charAt(end)) < 0) {
        found++;
      }
    }
    return plain(bare.substring(0, end)).equals(wanted)
            && end < bare.length() - 1
            && SIGNS.indexOf(bare.charAt(end)) >= 0
        ? Optional.of(bare.substring(end + 1))
        : Optional.empty();
  }

  private static String file(Definition definition, String name) {
    return definition.pid() + (definition.several() ? "-" + name : "") + ENDING;
  }

  private static String plain(String name) {
    return name.toLowerCase(Locale.ROOT).replaceAll("[-_.]", "");
  }
}
