package org.culvert.client;

import static org.culvert.client.Refusal.refused;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.file.SmallFile;
import org.culvert.api.file.UnfitFileException;

/** A file that holds a password, and that only its owner may read. */
final class PasswordFile {
  private static final String KEY = "password.file";
  private static final int LARGEST = 1024;
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final String name;
  private final Path file;

  private PasswordFile(String name, Path file) {
    this.name = name;
    this.file = file;
  }

  /**
   * Names a file, which need not be there.
   *
   * @param name the file; if it is relative, in Karaf's {@code etc}
   * @throws InvalidConfigurationException if it is no file name
   */
  static PasswordFile named(String name) {
    try {
      return new PasswordFile(name, Path.of(System.getProperty("karaf.etc", "")).resolve(name));
    } catch (InvalidPathException e) {
      throw refused(KEY, name, "it is no file name");
    }
  }

  /**
   * Returns the one line that the file holds. Blocks.
   *
   * @throws InvalidConfigurationException if it cannot be read, is readable by others than its
   *     owner, or holds no password or more than one line
   */
  String read() {
    try {
      check();
      return line(content());
    } catch (CharacterCodingException e) {
      throw refused(KEY, name, "it is no text in UTF-8");
    } catch (IOException e) {
      throw refused(KEY, name, "it cannot be read; make it, with mode 0600");
    }
  }

  private void check() throws IOException {
    if (Files.getFileStore(file).supportsFileAttributeView("posix")
        && !OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
      throw refused(KEY, name, "others than its owner may use it; chmod 0600 it");
    }
  }

  private byte[] content() throws IOException {
    try {
      return SmallFile.read(file, LARGEST);
    } catch (UnfitFileException e) {
      throw refused(KEY, name, "it " + e.reason());
    }
  }

  private String line(byte[] content) throws CharacterCodingException {
    String text =
        StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(content))
            .toString()
            .replaceFirst("\\r?\\n$", "");
    if (text.isEmpty() || text.chars().anyMatch(Character::isISOControl)) {
      throw refused(KEY, name, "it must hold the password and nothing else, on one line");
    }
    return text;
  }
}
