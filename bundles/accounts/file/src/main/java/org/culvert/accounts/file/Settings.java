package org.culvert.accounts.file;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.culvert.api.config.InvalidConfigurationException;

/**
 * The validated configuration.
 *
 * @param file the file of users, absolute; it need not exist
 * @param realm the realm of DIGEST-MD5
 * @param digestMd5 whether to keep and to hand out what DIGEST-MD5 needs
 * @param iterations SCRAM iterations for new passwords
 * @param bcryptCost the binary logarithm of bcrypt's iterations for new passwords
 * @param copied whether Karaf takes the file for one of its own configurations, and keeps a copy
 */
record Settings(
    Path file, String realm, boolean digestMd5, int iterations, int bcryptCost, boolean copied) {
  static final String PID = "org.culvert.accounts.file";

  /** Fewer are refused by clients (RFC 5802 section 5.1). */
  static final int MIN_ITERATIONS = 4_096;

  static final int MIN_BCRYPT_COST = 8;
  static final int MAX_BCRYPT_COST = 16;
  static final int MAX_ITERATIONS = 10_000_000;

  /**
   * Reads the configuration; relative files start at Karaf's base, or at the working directory, and
   * those in {@code etc} in the folder that Karaf has its configuration in.
   */
  static Settings from(AccountsConfig config) {
    String base = System.getProperty("karaf.base", "");
    return from(config, base, System.getProperty("karaf.etc", etc(base)));
  }

  static Settings from(AccountsConfig config, String base) {
    return from(config, base, etc(base));
  }

  private static String etc(String base) {
    return Path.of(base).resolve("etc").toString();
  }

  static Settings from(AccountsConfig config, String base, String etc) {
    if (config.file().isBlank()) {
      throw refused("file", config.file(), "name a file, for example etc/culvert-users.properties");
    }
    Path file;
    try {
      Path named = Path.of(config.file().strip());
      file =
          (named.startsWith("etc")
                  ? Path.of(etc).resolve(Path.of("etc").relativize(named))
                  : Path.of(base).resolve(named))
              .toAbsolutePath()
              .normalize();
    } catch (InvalidPathException e) {
      throw refused("file", config.file(), "this is no file name here");
    }
    if (!config.realm().matches("[A-Za-z0-9@._/-]{1,64}")) {
      throw refused("realm", config.realm(), "write 1 to 64 letters, digits or @ . _ / -");
    }
    if (config.iterations() < MIN_ITERATIONS || config.iterations() > MAX_ITERATIONS) {
      throw refused(
          "iterations",
          config.iterations(),
          "write a number from " + MIN_ITERATIONS + " to " + MAX_ITERATIONS);
    }
    if (config.bcryptCost() < MIN_BCRYPT_COST || config.bcryptCost() > MAX_BCRYPT_COST) {
      throw refused(
          "bcryptCost",
          config.bcryptCost(),
          "write a number from " + MIN_BCRYPT_COST + " to " + MAX_BCRYPT_COST);
    }
    return new Settings(
        file,
        config.realm(),
        config.digestMd5(),
        config.iterations(),
        config.bcryptCost(),
        isCopied(file, base, etc));
  }

  /** Karaf loads these files of its etc into its configuration store, which is no secret place. */
  private static boolean isCopied(Path file, String base, String etc) {
    return !base.isEmpty()
        && Path.of(etc).toAbsolutePath().normalize().equals(file.getParent())
        && file.toString().matches(".*\\.(cfg|config|json)");
  }

  private static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(PID, key, value, remedy);
  }
}
