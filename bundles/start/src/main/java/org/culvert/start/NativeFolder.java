package org.culvert.start;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The folder where libraries unpack their native code. A program may not be run from every folder:
 * where a file system is mounted {@code noexec}, native code cannot be loaded from it. So a program
 * is really run from each folder in question, and the first that allows it is taken.
 */
final class NativeFolder {
  /** What the libraries look at: JNA, SQLite, Netty. */
  private static final List<String> KEYS =
      List.of("jna.tmpdir", "org.sqlite.tmpdir", "io.netty.native.workdir");

  private static final String NAME = "culvert-native-";
  private static final long PATIENCE_SECONDS = 30;

  private final Path usual;
  private final List<Path> others;
  private final Path note;

  /**
   * Looks at a folder of one's own first, then makes one in others.
   *
   * @param usual a folder that is deleted and made
   * @param others folders that others may use, too
   * @param note a file that says which one was made there, to be deleted at the next start
   */
  NativeFolder(Path usual, List<Path> others, Path note) {
    this.usual = usual;
    this.others = List.copyOf(others);
    this.note = note;
  }

  static NativeFolder of(Folders folders) {
    List<Path> others = new ArrayList<>();
    for (String variable : List.of("RUNTIME_DIRECTORY", "XDG_RUNTIME_DIR", "TMPDIR")) {
      Optional.ofNullable(System.getenv(variable))
          .filter(value -> value.startsWith("/"))
          .map(value -> Path.of(value.replaceFirst(":.*", "")))
          .ifPresent(others::add);
    }
    others.add(folders.home());
    for (String folder : List.of("/tmp", "/var/tmp", "/run", "/dev/shm")) {
      others.add(Path.of(folder));
    }
    return new NativeFolder(
        folders.data().resolve("native"), others, folders.kept().resolve("native.properties"));
  }

  /** Finds a folder and tells the libraries, or says in one line what to do. */
  Optional<String> choose() {
    for (String key : KEYS) {
      if (System.getProperty(key) != null) {
        return Optional.empty();
      }
    }
    Optional<Path> chosen = find();
    chosen.ifPresent(folder -> KEYS.forEach(key -> System.setProperty(key, folder.toString())));
    return chosen.isPresent()
        ? Optional.empty()
        : Optional.of(
            "native code can be run from none of "
                + usual
                + " ("
                + Mounts.describe(usual)
                + ") and "
                + others
                + "; mount one of them without noexec, or set TMPDIR to a folder that allows it");
  }

  /** Returns a folder that native code can be loaded from. */
  Optional<Path> find() {
    forgetLast();
    try {
      delete(usual);
      Files.createDirectories(usual);
      if (runs(usual)) {
        return Optional.of(usual);
      }
    } catch (IOException e) {
      // The next one may do.
    }
    return others.stream().flatMap(folder -> made(folder).stream()).findFirst();
  }

  private Optional<Path> made(Path parent) {
    try {
      Path folder =
          Files.createTempDirectory(
              parent,
              NAME,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      if (runs(folder)) {
        Properties notes = new Properties();
        notes.setProperty("folder", folder.toString());
        Notes.write(note, notes);
        return Optional.of(folder);
      }
      delete(folder);
    } catch (IOException e) {
      // The next one may do.
    }
    return Optional.empty();
  }

  /** A process that is killed leaves its folder behind. */
  private void forgetLast() {
    Notes.read(note)
        .map(notes -> Path.of(notes.getProperty("folder", "")))
        .filter(folder -> String.valueOf(folder.getFileName()).startsWith(NAME))
        .ifPresent(
            folder -> {
              try {
                delete(folder);
                Files.deleteIfExists(note);
              } catch (IOException e) {
                // It stays; it is small.
              }
            });
  }

  /** Tries it. What the flags of a mount say is not all that decides. */
  static boolean runs(Path folder) {
    Path program = folder.resolve("try");
    try {
      Files.writeString(program, "#!/bin/sh\nexit 0\n");
      Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
      Process process = new ProcessBuilder(program.toString()).start();
      try {
        return process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && process.exitValue() == 0;
      } finally {
        process.destroyForcibly();
      }
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      try {
        Files.deleteIfExists(program);
      } catch (IOException e) {
        // Deleted with its folder at the next start.
      }
    }
  }

  private static void delete(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
