package org.culvert.api.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;

/**
 * Reads files that people write. By mistake such a name may stand for something else: a pipe, at
 * which a reader waits for ever, or a file that fills the memory.
 */
public final class SmallFile {
  private SmallFile() {}

  /**
   * Returns what a file holds; it may be reached through symbolic links.
   *
   * @param largest how many octets it may have
   * @throws NoSuchFileException if there is none
   * @throws UnfitFileException if it is no regular file, or larger
   * @throws IOException if it cannot be read
   */
  public static byte[] read(Path file, int largest) throws IOException {
    check(file);
    if (Files.size(file) > largest) {
      throw tooLarge(file, largest);
    }
    // It may grow while it is read.
    try (InputStream in = Files.newInputStream(file)) {
      byte[] content = in.readNBytes(largest);
      if (in.read() >= 0) {
        throw tooLarge(file, largest);
      }
      return content;
    }
  }

  /**
   * Makes sure that a name stands for a file, however large, or for nothing yet; through symbolic
   * links, too.
   *
   * @throws UnfitFileException if it stands for something else
   */
  public static void check(Path file) throws UnfitFileException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new UnfitFileException(file, "is no regular file");
    }
  }

  /** Tells whether any user of the machine may read a file, as far as that can be told. */
  public static boolean isOpenToAll(Path file) {
    try {
      return Files.getPosixFilePermissions(file).contains(PosixFilePermission.OTHERS_READ);
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  private static IOException tooLarge(Path file, int largest) {
    return new UnfitFileException(file, "is larger than " + largest + " octets");
  }
}
