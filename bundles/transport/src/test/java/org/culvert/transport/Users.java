package org.culvert.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import javax.security.sasl.SaslClientFactory;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.DigestSecret;
import org.culvert.api.account.ScramSecret;
import org.culvert.sasl.anonymous.AnonymousMechanism;
import org.culvert.sasl.digestmd5.DigestMd5Mechanism;
import org.culvert.sasl.external.ExternalMechanism;
import org.culvert.sasl.plain.PlainMechanism;
import org.culvert.sasl.scram.ScramMechanism;

/** Users with all secrets that there are, whose password is {@link #PASSWORD}. */
final class Users implements CredentialStore {
  static final String PASSWORD = "secret1";

  /** May use whatever is offered. */
  static final String ALICE = "alice";

  /** Has to use TLS. */
  static final String TESSA = "tessa";

  /** Has to use SCRAM-SHA-256. */
  static final String SAM = "sam";

  /** Is disabled. */
  static final String OLGA = "olga";

  private static final byte[] SALT = {1, 2, 3, 4, 5, 6, 7, 8};
  private static final int ITERATIONS = 4096;
  private static final String REALM = "test";

  @Override
  public Optional<Account> find(String user) {
    return switch (user) {
      case ALICE, OLGA -> Optional.of(account(user, AccountPolicy.ANY));
      case TESSA -> Optional.of(account(user, new AccountPolicy(Set.of(), true)));
      case SAM -> Optional.of(account(user, new AccountPolicy(Set.of("SCRAM-SHA-256"), false)));
      default -> Optional.empty();
    };
  }

  private static Account account(String user, AccountPolicy policy) {
    try {
      return new Account(
          user,
          !user.equals(OLGA),
          password -> Arrays.equals(password, PASSWORD.toCharArray()),
          new DigestSecret(
              REALM,
              MessageDigest.getInstance("MD5")
                  .digest((user + ":" + REALM + ":" + PASSWORD).getBytes(UTF_8))),
          List.of(scram()),
          policy);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ScramSecret scram() throws GeneralSecurityException {
    byte[] salted =
        SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
            .generateSecret(new PBEKeySpec(PASSWORD.toCharArray(), SALT, ITERATIONS, 256))
            .getEncoded();
    return new ScramSecret(
        "SCRAM-SHA-256",
        SALT,
        ITERATIONS,
        MessageDigest.getInstance("SHA-256").digest(hmac(salted, "Client Key")),
        hmac(salted, "Server Key"));
  }

  private static byte[] hmac(byte[] key, String text) throws GeneralSecurityException {
    Mac mac = Mac.getInstance("HmacSHA256");
    mac.init(new SecretKeySpec(key, "HmacSHA256"));
    return mac.doFinal(text.getBytes(UTF_8));
  }

  static List<Map.Entry<Map<String, Object>, SaslServerFactory>> serverMechanisms() {
    return List.of(
        service(new AnonymousMechanism(), "ANONYMOUS"),
        service(new PlainMechanism(), "PLAIN"),
        service(new DigestMd5Mechanism(), "DIGEST-MD5"),
        service(
            new ScramMechanism(),
            "SCRAM-SHA-256-PLUS",
            "SCRAM-SHA-256",
            "SCRAM-SHA-1-PLUS",
            "SCRAM-SHA-1"),
        service(new ExternalMechanism(), "EXTERNAL"));
  }

  static List<Map.Entry<Map<String, Object>, SaslClientFactory>> clientMechanisms() {
    return Stream.of(serverMechanisms())
        .flatMap(List::stream)
        .<Map.Entry<Map<String, Object>, SaslClientFactory>>map(
            entry -> Map.entry(entry.getKey(), (SaslClientFactory) entry.getValue()))
        .toList();
  }

  private static Map.Entry<Map<String, Object>, SaslServerFactory> service(
      SaslServerFactory factory, String... names) {
    return Map.entry(Map.of("sasl.mechanism", names), factory);
  }
}
