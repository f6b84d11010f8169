package org.culvert.accounts.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.culvert.accounts.file.Remarks.Topic;
import org.culvert.api.config.Spelling;

/** Finds files that are called almost as the file of users, and that nobody reads. */
final class Neighbours implements Runnable {
  /** Longer differences are other names. */
  private static final int MOST_LETTERS = 2;

  /** Endings that editors add, which hide behind them. */
  private static final String ADDED = "\\.(txt|cfg|conf|properties)$";

  private final Path file;
  private final Remarks remarks;
  private Optional<FileTime> seen = Optional.empty();

  Neighbours(Path file, Remarks remarks) {
    this.file = file;
    this.remarks = remarks;
  }

  /** Looks again, if something came to the directory or went. */
  @Override
  public void run() {
    Path directory = file.getParent();
    if (directory == null) {
      return;
    }
    try {
      Optional<FileTime> now = Optional.of(Files.getLastModifiedTime(directory));
      if (!now.equals(seen)) {
        remarks.say(Topic.NEIGHBOURS, look(directory));
        seen = now;
      }
    } catch (IOException e) {
      // Who reads the file itself tells.
    }
  }

  private List<String> look(Path directory) throws IOException {
    String right = String.valueOf(file.getFileName());
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(Files::isRegularFile)
          .map(path -> String.valueOf(path.getFileName()))
          .filter(name -> !name.equals(right) && !name.startsWith(".") && !name.endsWith("~"))
          .filter(name -> isNear(name, right))
          .sorted()
          .map(
              name ->
                  "%s: nothing reads it; is %s meant?".formatted(directory.resolve(name), right))
          .toList();
    }
  }

  private static boolean isNear(String name, String right) {
    String stem = right.replaceFirst(ADDED, "");
    return Stream.of(name, name.replaceFirst(ADDED, ""))
        .anyMatch(one -> Spelling.nearest(one, List.of(right, stem), MOST_LETTERS).isPresent());
  }
}
