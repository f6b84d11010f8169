package org.culvert.tls.bouncycastle;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;

/**
 * What the operator decided about TLS, validated as far as that goes without opening a file.
 *
 * @param own what the server shows
 * @param selfMade whether the server makes that itself
 * @param clientCertificates whether clients are asked for a certificate
 * @param clientCa who vouches for clients
 * @param naming how a client's certificate names a user
 * @param trust who vouches for brokers; empty: whoever Java trusts, unless there are pins
 * @param pins brokers' certificates known one by one
 * @param checkHost whether a broker's certificate has to name the host that was asked for
 * @param shown what a client shows to brokers
 */
record TlsSettings(
    KeyPairFiles own,
    boolean selfMade,
    boolean clientCertificates,
    Optional<Path> clientCa,
    UserNaming naming,
    Optional<Path> trust,
    Set<Fingerprint> pins,
    boolean checkHost,
    Optional<KeyPairFiles> shown) {

  static final String PID = "org.culvert.tls.bouncycastle";

  /** Copies the set. */
  TlsSettings {
    pins = Set.copyOf(pins);
  }

  /** Reads the configuration; relative files start at Karaf's base, or at the working directory. */
  static TlsSettings from(BouncyCastleTls.Config config) {
    return from(
        config,
        Path.of(System.getProperty("karaf.base", "")),
        Path.of(System.getProperty("karaf.data", "data")));
  }

  static TlsSettings from(BouncyCastleTls.Config config, Path base, Path data) {
    Optional<KeyPairFiles> given =
        pair(base, "certificate", config.certificate(), "key", config.key());
    Path kept = data.resolve("culvert").resolve("tls");
    boolean asks = asks(config.client_certificates());
    Optional<Path> ca = file(base, "client.ca", config.client_ca());
    Map<Fingerprint, String> users = users(config.client_users());
    if (asks && ca.isEmpty() && users.isEmpty()) {
      throw refused(
          "client.certificates",
          config.client_certificates(),
          "name who vouches for them in client.ca, or list them in client.users");
    }
    return new TlsSettings(
        given.orElseGet(
            () ->
                new KeyPairFiles(
                    kept.resolve("certificate.pem"),
                    kept.resolve("key.pem"),
                    "certificate",
                    "key")),
        given.isEmpty(),
        asks,
        ca,
        new UserNaming(source(config.client_user()), users),
        file(base, "broker.trust", config.broker_trust()),
        pins(config.broker_pins()),
        config.broker_host_check(),
        pair(base, "own.certificate", config.own_certificate(), "own.key", config.own_key()));
  }

  private static boolean asks(String value) {
    return switch (value.strip().toLowerCase(Locale.ROOT)) {
      case "none" -> false;
      case "optional" -> true;
      default -> throw refused("client.certificates", value, "write none or optional");
    };
  }

  private static UserNaming.Source source(String value) {
    try {
      return UserNaming.Source.valueOf(value.strip().toUpperCase(Locale.ROOT).replace('-', '_'));
    } catch (IllegalArgumentException e) {
      throw refused("client.user", value, "write subject-cn, san-dns, san-email or fingerprint");
    }
  }

  private static Map<Fingerprint, String> users(String[] values) {
    Map<Fingerprint, String> users = new HashMap<>();
    for (String entry : entries(values)) {
      int equals = entry.lastIndexOf('=');
      String user = entry.substring(equals + 1).strip();
      if (equals < 0 || !UserNaming.isFit(user)) {
        throw refused("client.users", entry, "write FINGERPRINT=USER, separated by commas");
      }
      String other = users.put(fingerprint("client.users", entry.substring(0, equals)), user);
      if (other != null && !other.equals(user)) {
        throw refused("client.users", entry, "a certificate stands for one user; remove the other");
      }
    }
    return users;
  }

  private static Set<Fingerprint> pins(String[] values) {
    Set<Fingerprint> pins = new HashSet<>();
    entries(values).forEach(entry -> pins.add(fingerprint("broker.pins", entry)));
    return pins;
  }

  private static Fingerprint fingerprint(String key, String text) {
    try {
      return Fingerprint.parse(text);
    } catch (IllegalArgumentException e) {
      throw refused(
          key,
          text,
          "write the SHA-256 of a certificate as 64 hexadecimal digits, with or without colons");
    }
  }

  private static Optional<KeyPairFiles> pair(
      Path base, String certificateKey, String certificate, String keyKey, String key) {
    Optional<Path> chain = file(base, certificateKey, certificate);
    Optional<Path> own = file(base, keyKey, key);
    if (chain.isPresent() != own.isPresent()) {
      throw refused(
          chain.isPresent() ? keyKey : certificateKey,
          "",
          "name the file of " + (chain.isPresent() ? "the key" : "the certificate") + " as well");
    }
    return chain.flatMap(c -> own.map(k -> new KeyPairFiles(c, k, certificateKey, keyKey)));
  }

  private static Optional<Path> file(Path base, String key, String value) {
    if (value.isBlank()) {
      return Optional.empty();
    }
    try {
      Path named = Path.of(value.strip());
      // Karaf's configuration need not be in its base.
      String etc = System.getProperty("karaf.etc");
      return Optional.of(
          (etc != null && named.startsWith("etc")
                  ? Path.of(etc).resolve(Path.of("etc").relativize(named))
                  : base.resolve(named))
              .toAbsolutePath()
              .normalize());
    } catch (InvalidPathException e) {
      throw refused(key, value, "this is no file name here");
    }
  }

  /** A configuration file gives a list as one string with commas, other sources as an array. */
  private static List<String> entries(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split(",")))
        .map(String::strip)
        .filter(entry -> !entry.isEmpty())
        .toList();
  }

  private static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(PID, key, value, remedy);
  }
}
