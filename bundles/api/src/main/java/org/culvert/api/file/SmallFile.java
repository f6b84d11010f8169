package org.culvert.api.file;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

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
   * @throws IOException if it is no regular file, is larger, or cannot be read; the message says
   *     which
   */
  public static byte[] read(Path file, int largest) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException(file + " is no regular file");
    }
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

  private static IOException tooLarge(Path file, int largest) {
    return new IOException(file + " is larger than " + largest + " octets");
  }
}
