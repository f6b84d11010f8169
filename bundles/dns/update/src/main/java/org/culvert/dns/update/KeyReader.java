package org.culvert.dns.update;

import static org.culvert.dns.update.SettingsReader.refused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.EnumSet;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.file.SmallFile;
import org.culvert.dns.update.ConfiguredDnsRegistrar.Config;
import org.xbill.DNS.Name;

/** Reads the TSIG key, from the configuration or from a file that only its owner may read. */
final class KeyReader {
  private static final String KEY_FILE = "key.file";
  private static final String SECRET = "key.secret";
  private static final int LARGEST = 1024;
  private static final Set<PosixFilePermission> OWNERS =
      EnumSet.of(
          PosixFilePermission.OWNER_READ,
          PosixFilePermission.OWNER_WRITE,
          PosixFilePermission.OWNER_EXECUTE);

  private final TsigKey key;
  private final String text;

  private KeyReader(TsigKey key, String text) {
    this.key = key;
    this.text = text;
  }

  /**
   * Returns the secret in base64 as it is written now, in the configuration or in its file. Blocks.
   *
   * @throws InvalidConfigurationException if there is none
   */
  static String secret(Config config) {
    boolean file = !config.key_file().isEmpty();
    if (file != config.key_secret().isEmpty()) {
      throw refused(KEY_FILE, config.key_file(), "write either key.file or key.secret");
    }
    return file ? content(config.key_file()) : config.key_secret().strip();
  }

  /**
   * Makes the key of a secret.
   *
   * @throws InvalidConfigurationException if it is not accepted
   */
  static KeyReader read(Config config, String text) {
    if (!TsigKey.isAccepted(config.key_algorithm())) {
      throw refused(
          "key.algorithm",
          config.key_algorithm(),
          "it is unknown or too weak; write hmac-sha256, hmac-sha384 or hmac-sha512");
    }
    boolean file = !config.key_file().isEmpty();
    try {
      TsigKey key =
          TsigKey.of(
              name(config.key_name()), config.key_algorithm(), Base64.getDecoder().decode(text));
      return new KeyReader(key, text);
    } catch (IllegalArgumentException e) {
      throw refused(
          file ? KEY_FILE : SECRET,
          file ? config.key_file() : "(secret)",
          "it must be base64 of at least "
              + TsigKey.SHORTEST
              + " octets, as tsig-keygen writes it");
    }
  }

  TsigKey key() {
    return key;
  }

  /** Returns the secret as it was written; do not show it. */
  String text() {
    return text;
  }

  private static Name name(String text) {
    try {
      return HostNames.parse(text);
    } catch (IllegalArgumentException e) {
      throw refused("key.name", text, e.getMessage() + "; write the name as the server has it");
    }
  }

  private static String content(String name) {
    try {
      Path file = Path.of(System.getProperty("karaf.etc", "")).resolve(name);
      if (Files.getFileStore(file).supportsFileAttributeView("posix")
          && !OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        throw refused(KEY_FILE, name, "others than its owner may use it; chmod 0600 it");
      }
      return new String(SmallFile.read(file, LARGEST), StandardCharsets.US_ASCII).strip();
    } catch (InvalidPathException e) {
      throw refused(KEY_FILE, name, "it is no file name");
    } catch (IOException e) {
      throw refused(KEY_FILE, name, "it cannot be read; make it, with mode 0600");
    }
  }
}
