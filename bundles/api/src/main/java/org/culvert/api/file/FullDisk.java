package org.culvert.api.file;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Says of a file that could not be written whether its disk is full, and where to make room. */
public final class FullDisk {
  /** A file system gives its last octets to nobody; fewer than these hold no file of ours. */
  private static final long NOTHING = 16 * 1024;

  private FullDisk() {}

  /**
   * Returns why a file could not be written, in a line for the operator: for a full disk that it is
   * full and what to do, else what the failure says. Blocks for as long as the disk does.
   */
  public static String words(Path file, Exception failure) {
    return remedy(file, failure)
        .map(remedy -> "the disk is full; " + remedy)
        .orElseGet(() -> text(failure));
  }

  /** What Java has a name for has often no other word than the file's name. */
  private static String text(Exception failure) {
    boolean speaks =
        failure.getClass() == IOException.class || failure instanceof UnfitFileException;
    return speaks && failure.getMessage() != null ? failure.getMessage() : failure.toString();
  }

  /**
   * Returns what to do if a file could not be written because its disk is full, or a quota is used
   * up; empty if the failure has another cause. Blocks for as long as the disk does.
   */
  public static Optional<String> remedy(Path file, Exception failure) {
    return isFull(file, failure) ? Optional.of(remedy(file)) : Optional.empty();
  }

  /** Says where to make room. */
  public static String remedy(Path file) {
    Path directory = directory(file);
    return "make room on the disk of " + directory + " (df " + directory + " shows it)";
  }

  /** Returns how many octets the disk of a file has left for this process; empty: it is unknown. */
  public static OptionalLong room(Path file) {
    try {
      return OptionalLong.of(Files.getFileStore(directory(file)).getUsableSpace());
    } catch (IOException | RuntimeException e) {
      return OptionalLong.empty();
    }
  }

  private static boolean isFull(Path file, Exception failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (says(cause, "No space left on device") || says(cause, "Disk quota exceeded")) {
        return true;
      }
    }
    // The operating system may say it in another language. What Java has a name for is another.
    boolean unnamed =
        failure.getClass() == IOException.class || failure.getClass() == FileSystemException.class;
    OptionalLong room = room(file);
    return unnamed && room.isPresent() && room.getAsLong() < NOTHING;
  }

  private static boolean says(@Nullable Throwable cause, String words) {
    return cause != null && Objects.requireNonNullElse(cause.getMessage(), "").contains(words);
  }

  /** Returns the nearest directory that is there: a file's own may have to be made first. */
  private static Path directory(Path file) {
    Path directory = file.toAbsolutePath().getParent();
    while (directory != null && !Files.isDirectory(directory)) {
      directory = directory.getParent();
    }
    return directory == null ? file.toAbsolutePath() : directory;
  }
}
