package org.culvert.api.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Objects;

/*
 * A file, from draft to name:
 *   draft     an empty file beside it, with its final mode
 *   …         the content goes into the draft
 *   publish   the draft onto the disk → the draft takes the name → the name onto the disk
 */
/**
 * Replaces a file at once and durably: whoever reads it, and whoever starts after a power cut,
 * finds the old content or the new one, whole. If the disk is full or fails, the old file stays as
 * it was.
 *
 * <p>A symbolic link stays, and what it points to is replaced. All methods block.
 */
public final class DurableFile {
  /** Only its owner reads and writes it. */
  public static final String PRIVATE = "rw-------";

  /** Everybody may read it. */
  public static final String PUBLIC = "rw-r--r--";

  private DurableFile() {}

  /**
   * Makes a file hold this and nothing else. Makes its directory, too, if there is none.
   *
   * @param mode as {@code ls -l} writes it, for example {@link #PRIVATE}; of no effect where the
   *     file system has no modes
   * @throws IOException if it cannot be written; the old file is still there then
   */
  public static void write(Path file, byte[] content, String mode) throws IOException {
    Path draft = draft(file, mode);
    try {
      ByteBuffer octets = ByteBuffer.wrap(content);
      try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
        while (octets.hasRemaining()) {
          channel.write(octets);
        }
      }
      publish(draft, file);
    } finally {
      Files.deleteIfExists(draft);
    }
  }

  /**
   * Makes an empty file beside another, to be filled and then published, or deleted. One that was
   * left behind by a process that was killed is replaced, so none ever gathers.
   */
  public static Path draft(Path file, String mode) throws IOException {
    Path draft = draftOf(target(file));
    Files.createDirectories(directory(draft));
    Files.deleteIfExists(draft);
    Files.createFile(draft, attributes(mode));
    return draft;
  }

  /**
   * Deletes a draft that a process left behind that was killed. The next draft replaces it, too; a
   * file that holds secrets does not wait for that.
   */
  public static void discard(Path file) throws IOException {
    Files.deleteIfExists(draftOf(target(file)));
  }

  private static Path draftOf(Path target) {
    return directory(target).resolve("." + target.getFileName() + ".new");
  }

  /** Tells whether a draft may still take a file's place. */
  @FunctionalInterface
  public interface Condition {
    boolean holds() throws IOException;
  }

  /** Lets a draft take a file's place. */
  public static void publish(Path draft, Path file) throws IOException {
    publish(draft, file, () -> true);
  }

  /**
   * Lets a draft take a file's place, if it may once the draft is on the disk: that takes a while,
   * in which somebody else may write the file.
   *
   * @return whether it took the place
   */
  public static boolean publish(Path draft, Path file, Condition condition) throws IOException {
    try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    Path target = target(file);
    if (!condition.holds()) {
      return false;
    }
    Files.move(draft, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    synchronize(directory(target));
    return true;
  }

  /** Returns the file itself, or what it points to if it is a symbolic link. */
  private static Path target(Path file) throws IOException {
    if (!Files.isSymbolicLink(file)) {
      return file;
    }
    return Files.exists(file)
        ? file.toRealPath()
        : directory(file).resolve(Files.readSymbolicLink(file));
  }

  private static Path directory(Path file) {
    return Objects.requireNonNull(file.toAbsolutePath().getParent(), "a file lies in a directory");
  }

  private static FileAttribute<?>[] attributes(String mode) {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode))
        }
        : new FileAttribute<?>[0];
  }

  /** Makes the new name durable; some systems cannot open a directory, and need not. */
  private static void synchronize(Path directory) {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (IOException e) {
      // The content is on the disk; after a power cut the old file may be back, whole.
    }
  }
}
