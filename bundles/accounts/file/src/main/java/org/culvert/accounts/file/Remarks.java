package org.culvert.accounts.file;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * What an operator should mend: each remark is logged once for as long as it holds, and all that
 * hold can be listed. Safe for use by several threads.
 */
final class Remarks {
  private final Consumer<String> log;
  private final Map<Topic, Set<String>> held = new EnumMap<>(Topic.class);

  /** What is looked at anew as a whole. */
  enum Topic {
    /** Who may read the file. */
    MODE,
    /** Whether the file can be read. */
    READING,
    /** What stands in it. */
    CONTENT,
    /** Whether it can be replaced. */
    WRITING,
    /** Who keeps copies of it. */
    COPY,
    /** Files beside it. */
    NEIGHBOURS
  }

  Remarks(Consumer<String> log) {
    this.log = log;
  }

  /** Says what holds of a topic now, and nothing else. */
  synchronized void say(Topic topic, Collection<String> remarks) {
    Set<String> before = held.getOrDefault(topic, Set.of());
    remarks.stream().filter(remark -> !before.contains(remark)).forEach(log);
    held.put(topic, new LinkedHashSet<>(remarks));
  }

  /** Tells whether anything holds of a topic. */
  synchronized boolean holds(Topic topic) {
    return !held.getOrDefault(topic, Set.of()).isEmpty();
  }

  /** Returns what holds now. */
  synchronized List<String> all() {
    return held.values().stream().flatMap(Set::stream).toList();
  }
}
