package org.culvert.sasl.scram;

import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;

/**
 * The octets that decoys are made from. They outlive restarts, or else the salts of users who do
 * not exist would be the only ones that change.
 */
final class DecoyKey {
  private static final int LENGTH = 32;

  private DecoyKey() {}

  /** Makes a key for as long as this process runs. */
  static byte[] random() {
    byte[] key = new byte[LENGTH];
    new SecureRandom().nextBytes(key);
    return key;
  }

  /**
   * Returns the key that is kept in a file, which is made if it does not hold one. A place that
   * cannot be written costs nobody his login, only this precaution.
   */
  static byte[] keptIn(Path file) {
    try {
      byte[] kept = Files.exists(file) ? Files.readAllBytes(file) : new byte[0];
      return kept.length == LENGTH ? kept : written(file);
    } catch (IOException e) {
      return random();
    }
  }

  private static byte[] written(Path file) throws IOException {
    byte[] key = random();
    Files.deleteIfExists(file);
    Files.createFile(file, forNobodyElse());
    Files.write(file, key);
    return key;
  }

  private static FileAttribute<?>[] forNobodyElse() {
    return FileSystems.getDefault().supportedFileAttributeViews().contains("posix")
        ? new FileAttribute<?>[] {
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
        }
        : new FileAttribute<?>[0];
  }
}
