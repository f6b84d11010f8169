package org.culvert.accounts.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.culvert.testkit.disk.ChildJvm;

/** Hears what an {@link Administrator} asks for and is told, and then looks at the file. */
final class Listener {
  /** A guard against hanging: on a busy machine it may take long. */
  private static final long PATIENCE = TimeUnit.MINUTES.toNanos(5);

  /** Which password each user has, as far as it was confirmed. */
  private final Map<String, Integer> confirmed = new HashMap<>();

  /** What was asked for and not answered; 0: the user's end. */
  private final Map<String, Integer> open = new HashMap<>();

  private final List<String> refusals = new ArrayList<>();
  private final List<String> warnings = new ArrayList<>();
  private int stored;
  private int ticks;
  private int last;

  /** Hears on until something is so; the program must not end before. Fails if it does not come. */
  void hearUntil(ChildJvm program, BooleanSupplier enough) throws IOException {
    long begin = System.nanoTime();
    while (!enough.getAsBoolean()) {
      assertThat(System.nanoTime() - begin).as("it comes").isLessThan(PATIENCE);
      assertThat(hear(program)).as("it still runs").isTrue();
    }
  }

  /** Reads the next line; returns false at the end. */
  boolean hear(ChildJvm program) throws IOException {
    Optional<String> line = program.readLine();
    line.ifPresent(this::hear);
    return line.isPresent();
  }

  private void hear(String line) {
    String[] words = line.split(" ", 3);
    switch (words[0]) {
      case "asked" -> {
        int password = Integer.parseInt(words[2]);
        open.put(words[1], password);
        last = Math.max(last, password);
      }
      case "stored" -> {
        confirm(words[1]);
        stored++;
      }
      case "refused" -> {
        open.remove(words[1]);
        refusals.add(words[2]);
      }
      case "warned" -> warnings.add(line);
      case "tick" -> ticks++;
      default -> throw new AssertionError(line);
    }
  }

  private void confirm(String user) {
    int password = Optional.ofNullable(open.remove(user)).orElseThrow();
    if (password == 0) {
      confirmed.remove(user);
    } else {
      confirmed.put(user, password);
    }
  }

  List<String> refusals() {
    return refusals;
  }

  List<String> warnings() {
    return warnings;
  }

  int stored() {
    return stored;
  }

  int ticks() {
    return ticks;
  }

  /** Returns the highest number of a password that was asked for. */
  int last() {
    return last;
  }

  /**
   * Hears the rest of what a program said that is dead, and compares it with the file. What was not
   * answered is from then on as the file has it.
   */
  void check(ChildJvm dead, Path file) throws IOException {
    while (hear(dead)) {
      // The pipe still holds what it said last.
    }
    Bench bench = new Bench();
    Settings settings = TestSettings.of(file);
    FileCredentialStore store = bench.fresh(settings, Hashing.of(settings));
    assertThat(bench.warnings()).as("the file is whole").isEmpty();
    for (int user = 0; user < Administrator.USERS; user++) {
      String name = "user" + user;
      List<Integer> right = new ArrayList<>(List.of(confirmed.getOrDefault(name, 0)));
      Optional.ofNullable(open.get(name)).ifPresent(right::add);
      int found =
          right.stream().filter(password -> has(store, name, password)).findFirst().orElse(-1);
      assertThat(right).as("%s has what was confirmed, or was not answered", name).contains(found);
      open.put(name, found);
      confirm(name);
    }
    store.close();
  }

  private static boolean has(FileCredentialStore store, String user, int password) {
    return password == 0
        ? store.find(user).isEmpty()
        : Administrator.passes(store, user, Administrator.password(password));
  }
}
