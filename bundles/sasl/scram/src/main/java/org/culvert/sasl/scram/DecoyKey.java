package org.culvert.sasl.scram;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.SmallFile;

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
      byte[] kept = Files.exists(file) ? SmallFile.read(file, LENGTH) : new byte[0];
      return kept.length == LENGTH ? kept : written(file);
    } catch (IOException e) {
      return random();
    }
  }

  private static byte[] written(Path file) throws IOException {
    byte[] key = random();
    DurableFile.write(file, key, DurableFile.PRIVATE);
    return key;
  }
}
