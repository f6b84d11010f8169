package org.culvert.testkit.disk;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.testkit.debian.DebianPackages;

/**
 * Lets what a process does to certain files fail as the system would, from one moment to another.
 * It needs a C compiler; where there is none, {@link #build} says so.
 */
public final class FailingDisk {
  private static final String SOURCE = "failing-disk.c";
  private static final long PATIENCE_SECONDS = 120;

  private final Path library;
  private final Path control;
  private final String part;

  /** What fails. */
  public enum Fault {
    /** Each write, by an I/O error. */
    WRITE_EIO("write-EIO"),
    /** Each write, for the disk is full. */
    WRITE_ENOSPC("write-ENOSPC"),
    /** Each write, for the disk became read-only. */
    WRITE_EROFS("write-EROFS"),
    /** Half of each write is done, as long as there are halves; then the disk is full. */
    SHORT_ENOSPC("short-ENOSPC"),
    /** Each flush, by an I/O error: what was written may be on the disk or not. */
    FLUSH_EIO("flush-EIO"),
    /** Each file and directory that is made: what is there already can be written. */
    NEW_ENOSPC("new-ENOSPC"),
    /** Each change of a file's name, by an I/O error. */
    RENAME_EIO("rename-EIO"),
    /** All that changes a file or a directory, as on a disk that is mounted read-only. */
    READ_ONLY("all-EROFS");

    private final String word;

    Fault(String word) {
      this.word = word;
    }
  }

  private FailingDisk(Path library, Path control, String part) {
    this.library = library;
    this.control = control;
    this.part = part;
  }

  /**
   * Compiles the library, by a compiler that is installed first where that may be done.
   *
   * @param directory where it is put; not on the disk that is to fail
   * @param part a part of the path of each file that is on the disk that is to fail
   * @return empty if there is no C compiler
   */
  public static Optional<FailingDisk> build(Path directory, String part) throws IOException {
    DebianPackages.provide("/usr/bin/cc=build-essential");
    Path source = directory.resolve(SOURCE);
    try (InputStream in =
        Objects.requireNonNull(FailingDisk.class.getResourceAsStream(SOURCE), SOURCE)) {
      Files.copy(in, source, StandardCopyOption.REPLACE_EXISTING);
    }
    Path library = directory.resolve("failing-disk.so");
    try {
      Process compiler =
          new ProcessBuilder(
                  List.of(
                      "cc",
                      "-shared",
                      "-fPIC",
                      "-o",
                      library.toString(),
                      source.toString(),
                      "-ldl"))
              .inheritIO()
              .start();
      if (!compiler.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) || compiler.exitValue() != 0) {
        compiler.destroyForcibly();
        throw new IOException("cc could not compile " + source);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (IOException e) {
      if (Files.exists(library) || String.valueOf(e.getMessage()).contains("could not compile")) {
        throw e;
      }
      return Optional.empty();
    }
    return Optional.of(new FailingDisk(library, directory.resolve("failing-disk.control"), part));
  }

  /** Returns what a process on this disk must have in its environment. */
  public Map<String, String> environment() {
    return Map.of(
        "LD_PRELOAD",
        library.toString(),
        "FAILING_DISK_PATH",
        part,
        "FAILING_DISK_CONTROL",
        control.toString());
  }

  /** Lets the disk fail from now on. */
  public void fail(Fault fault) throws IOException {
    Path next = Files.writeString(control.resolveSibling("failing-disk.next"), fault.word);
    Files.move(next, control, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Lets it work again. */
  public void heal() throws IOException {
    Files.deleteIfExists(control);
  }
}
