package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.Duty;
import org.culvert.testkit.disk.ChildJvm;

/** Hears what a {@link RandomWriter} asks for and is told, and then looks at what is stored. */
final class Witness {
  /**
   * What each user was confirmed last: when the lease expires, or since when the duty is so; 0:
   * there is none.
   */
  private final Map<Integer, Long> confirmed = new HashMap<>();

  /** What each user asked for and was not told about. */
  private final Map<Integer, Long> open = new HashMap<>();

  private int stored;
  private int refused;
  private int ticks;

  /** Reads the next line; returns false at the end. */
  boolean hear(ChildJvm writer) throws IOException {
    Optional<String> line = writer.readLine();
    line.ifPresent(this::hear);
    return line.isPresent();
  }

  private void hear(String line) {
    String[] words = line.split(" ");
    switch (words[0]) {
      case "asked" -> open.put(Integer.valueOf(words[1]), Long.valueOf(words[2]));
      case "stored" -> {
        confirmed.put(Integer.valueOf(words[1]), open.remove(Integer.valueOf(words[1])));
        stored++;
      }
      case "refused" -> {
        open.remove(Integer.valueOf(words[1]));
        refused++;
      }
      case "tick" -> ticks++;
      default -> throw new IllegalStateException(line);
    }
  }

  int stored() {
    return stored;
  }

  int refused() {
    return refused;
  }

  int ticks() {
    return ticks;
  }

  /** Hears the rest of what a writer said that is dead, and compares it with the file. */
  void check(ChildJvm dead, Path file, String when) throws IOException {
    while (hear(dead)) {
      // The pipe still holds what it said last.
    }
    Map<Integer, Long> found = new HashMap<>();
    JdbcLeaseStore store = new JdbcLeaseStore(new Sqlite(file), Schema.CURRENT);
    for (Lease lease : store.load()) {
      found.put(RandomWriter.numberOf(lease.owner()), lease.expires().toEpochMilli());
    }
    for (Duty duty : store.duties()) {
      found.put(RandomWriter.numberOf(duty.tunnel().owner()), duty.since().toEpochMilli());
    }
    store.close();
    for (int user = 0; user < RandomWriter.USERS; user++) {
      List<Long> right = new ArrayList<>(List.of(confirmed.getOrDefault(user, 0L)));
      Optional.ofNullable(open.get(user)).ifPresent(right::add);
      assertThat(found.getOrDefault(user, 0L))
          .as("user %d, %s: what was confirmed, or was not answered", user, when)
          .isIn(right);
      confirmed.put(user, found.getOrDefault(user, 0L));
    }
    open.clear();
  }
}
