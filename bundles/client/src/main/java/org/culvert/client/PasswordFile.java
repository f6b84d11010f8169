package org.culvert.client;

import static org.culvert.client.SettingsReader.refused;

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

/** Reads a password from a file that only its owner may read. */
final class PasswordFile {
  private static final String KEY = "password.file";
  private static final int LARGEST = 1024;
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private PasswordFile() {}

  /**
   * Returns the file's first line. Blocks.
   *
   * @param name the file; if it is relative, in Karaf's {@code etc}
   * @throws InvalidConfigurationException if it cannot be read, is readable by others than its
   *     owner, or holds no password or more than one line
   */
  static String read(String name) {
    try {
      Path file = Path.of(System.getProperty("karaf.etc", "")).resolve(name);
      check(name, file);
      return line(name, content(name, file));
    } catch (InvalidPathException e) {
      throw refused(KEY, name, "it is no file name");
    } catch (CharacterCodingException e) {
      throw refused(KEY, name, "it is no text in UTF-8");
    } catch (IOException e) {
      throw refused(KEY, name, "it cannot be read; make it, with mode 0600");
    }
  }

  private static void check(String name, Path file) throws IOException {
    if (Files.getFileStore(file).supportsFileAttributeView("posix")
        && !OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
      throw refused(KEY, name, "others than its owner may use it; chmod 0600 it");
    }
  }

  private static byte[] content(String name, Path file) throws IOException {
    try {
      return SmallFile.read(file, LARGEST);
    } catch (UnfitFileException e) {
      throw refused(KEY, name, "it " + e.reason());
    }
  }

  private static String line(String name, byte[] content) throws CharacterCodingException {
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
