package org.culvert.client;

import static org.culvert.client.SettingsReader.refused;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.signaling.Credentials;

/** Turns what the operator wrote about name, password and mechanisms into credentials. */
final class CredentialsReader {
  private static final String EXTERNAL = "EXTERNAL";

  private CredentialsReader() {}

  /**
   * Checks the configuration, and reads the password from its file.
   *
   * @param tls whether TLS carries the session
   * @throws InvalidConfigurationException if it cannot work; a password is never repeated
   */
  static Credentials from(ConfiguredClient.Config config, boolean tls) {
    Set<String> mechanisms = mechanisms(SettingsReader.split(config.mechanisms()));
    Credentials credentials = whom(config, mechanisms, tls).onlyBy(mechanisms);
    return config.plainInClear() ? credentials.evenInClear() : credentials;
  }

  private static Credentials whom(
      ConfiguredClient.Config config, Set<String> mechanisms, boolean tls) {
    String password = password(config);
    if (mechanisms.contains(EXTERNAL)) {
      if (!tls) {
        throw refused("mechanisms", EXTERNAL, "it needs a certificate; write transports = tls");
      }
      if (config.user().isEmpty() && password.isEmpty()) {
        return Credentials.certificate();
      }
      if (mechanisms.size() == 1) {
        throw refused(
            "mechanisms", EXTERNAL, "the certificate names the user; remove user and password");
      }
    }
    if (config.user().isEmpty() && password.isEmpty()) {
      return Credentials.anonymous();
    }
    if (config.user().isEmpty()) {
      throw refused("user", "", "a password is set without a user; write both or neither");
    }
    if (password.isEmpty()) {
      throw refused("password", "", "a user is set without a password; write both or neither");
    }
    return Credentials.of(config.user(), password);
  }

  private static String password(ConfiguredClient.Config config) {
    if (config.password_file().isBlank()) {
      return config.password();
    }
    if (!config.password().isEmpty()) {
      throw refused(
          "password.file", config.password_file(), "the password is set twice; remove one of them");
    }
    return PasswordFile.read(config.password_file().strip());
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
