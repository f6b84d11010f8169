package org.culvert.start;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;

/**
 * What the operator installed and removed in the shell, against what a role brings. It is kept
 * outside the cache, so that it can be done again when the cache is made anew.
 *
 * @param added features beyond the role's
 * @param removed features of the role that shall not be there
 * @param repositories where features were found beyond Culvert's own
 * @param bundles locations of bundles that no feature brought
 */
record Choices(
    Set<String> added, Set<String> removed, Set<String> repositories, Set<String> bundles) {

  static final Choices NONE = new Choices(Set.of(), Set.of(), Set.of(), Set.of());

  /** Copies the sets. */
  Choices {
    added = Set.copyOf(added);
    removed = Set.copyOf(removed);
    repositories = Set.copyOf(repositories);
    bundles = Set.copyOf(bundles);
  }

  /** Compares what is there with what the role brought. */
  static Choices between(
      Set<String> boot, Set<String> now, Set<String> repositories, Set<String> bundles) {
    return new Choices(without(now, boot), without(boot, now), repositories, bundles);
  }

  static Choices read(Path file) {
    Optional<Properties> notes = Notes.read(file);
    return notes
        .map(
            all ->
                new Choices(
                    Notes.list(all, "added"),
                    Notes.list(all, "removed"),
                    Notes.list(all, "repositories"),
                    Notes.list(all, "bundles")))
        .orElse(NONE);
  }

  void write(Path file) throws IOException {
    Properties notes = new Properties();
    Notes.put(notes, "added", added);
    Notes.put(notes, "removed", removed);
    Notes.put(notes, "repositories", repositories);
    Notes.put(notes, "bundles", bundles);
    Notes.write(file, notes);
  }

  static Path file(Folders folders) {
    return folders.kept().resolve("choices.properties");
  }

  static Set<String> without(Set<String> all, Set<String> some) {
    Set<String> rest = new HashSet<>(all);
    rest.removeAll(some);
    return rest;
  }
}
