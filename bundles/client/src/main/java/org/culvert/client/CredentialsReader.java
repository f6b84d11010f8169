package org.culvert.client;

import static org.culvert.client.Refusal.refused;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.signaling.Credentials;

/** Turns what the operator wrote about name, password and mechanisms into credentials. */
final class CredentialsReader {
  private static final String EXTERNAL = "EXTERNAL";

  private CredentialsReader() {}

  /**
   * Checks the configuration. The password is empty where a file holds it, see {@link #file}.
   *
   * @param tls whether TLS carries the session
   * @throws InvalidConfigurationException if it cannot work; a password is never repeated
   */
  static Credentials from(ConfiguredClient.Config config, boolean tls) {
    Set<String> mechanisms = mechanisms(SettingsReader.split(config.mechanisms()));
    Credentials credentials = whom(config, mechanisms, tls).onlyBy(mechanisms);
    return config.plainInClear() ? credentials.evenInClear() : credentials;
  }

  /**
   * Returns the file that holds the password. What it holds may be wrong and become right: that is
   * no mistake in the configuration.
   *
   * @throws InvalidConfigurationException if it is no file name
   */
  static Optional<PasswordFile> file(ConfiguredClient.Config config) {
    return Optional.of(config.password_file().strip())
        .filter(name -> !name.isEmpty())
        .map(PasswordFile::named);
  }

  private static Credentials whom(
      ConfiguredClient.Config config, Set<String> mechanisms, boolean tls) {
    boolean password = hasPassword(config);
    if (mechanisms.contains(EXTERNAL)) {
      if (!tls) {
        throw refused("mechanisms", EXTERNAL, "it needs a certificate; write transports = tls");
      }
      if (config.user().isEmpty() && !password) {
        return Credentials.certificate();
      }
      if (mechanisms.size() == 1) {
        throw refused(
            "mechanisms", EXTERNAL, "the certificate names the user; remove user and password");
      }
    }
    if (config.user().isEmpty() && !password) {
      return Credentials.anonymous();
    }
    if (config.user().isEmpty()) {
      throw refused("user", "", "a password is set without a user; write both or neither");
    }
    if (!password) {
      throw refused("password", "", "a user is set without a password; write both or neither");
    }
    return Credentials.of(config.user(), config.password());
  }

  private static boolean hasPassword(ConfiguredClient.Config config) {
    boolean written = !config.password().isEmpty();
    boolean inFile = !config.password_file().isBlank();
    if (written && inFile) {
      throw refused(
          "password.file", config.password_file(), "the password is set twice; remove one of them");
    }
    return written || inFile;
  }

  private static Set<String> mechanisms(List<String> names) {
    for (String name : names) {
      if (!name.matches("[A-Za-z0-9_-]{1,20}")) {
        throw refused("mechanisms", name, "it is no name of a SASL mechanism");
      }
    }
    return names.stream()
        .map(name -> name.toUpperCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }
}
