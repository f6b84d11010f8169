package org.culvert.accounts.file;

import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.account.PasswordCheck;
import org.culvert.api.account.ScramSecret;

/**
 * The keys of one SCRAM mechanism (RFC 5802 section 3), in the form that other servers write too:
 * <code>{SCRAM-SHA-256}iterations,salt,StoredKey,ServerKey</code>, all but the first in base64.
 *
 * <p>They verify a password in clear as well, where nothing better is kept.
 */
final class ScramVerifier implements PasswordCheck {
  private static final int SALT = 16;
  private static final String BASE64 = "([A-Za-z0-9+/]{8,88}={0,2})";
  private static final Pattern TEXT =
      Pattern.compile("\\{(SCRAM-SHA-\\d+)}(\\d{1,8})," + BASE64 + "," + BASE64 + "," + BASE64);

  private final ScramHash hash;
  private final int iterations;
  private final byte[] salt;
  private final byte[] storedKey;
  private final byte[] serverKey;
  private final PasswordCheck remembered = new Remembered(this::verify);

  private ScramVerifier(
      ScramHash hash, int iterations, byte[] salt, byte[] storedKey, byte[] serverKey) {
    this.hash = hash;
    this.iterations = iterations;
    this.salt = salt;
    this.storedKey = storedKey;
    this.serverKey = serverKey;
  }

  /** Hashes a prepared password, which takes a while. */
  static ScramVerifier of(ScramHash hash, char[] prepared, int iterations) {
    byte[] salt = Salts.random(SALT);
    return of(hash, iterations, salt, hash.salted(prepared, salt, iterations));
  }

  /** Makes the keys from SaltedPassword, which is cleared: it is as good as the password. */
  static ScramVerifier of(ScramHash hash, int iterations, byte[] salt, byte[] saltedPassword) {
    byte[] clientKey = hash.hmac(saltedPassword, "Client Key");
    byte[] serverKey = hash.hmac(saltedPassword, "Server Key");
    byte[] storedKey = hash.digest(clientKey);
    Arrays.fill(clientKey, (byte) 0);
    Arrays.fill(saltedPassword, (byte) 0);
    return new ScramVerifier(hash, iterations, salt, storedKey, serverKey);
  }

  /** Reads keys; empty if they are malformed or ask for more work than anyone would set. */
  static Optional<ScramVerifier> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    Optional<ScramHash> hash = ScramHash.of(matcher.group(1));
    int iterations = Integer.parseInt(matcher.group(2));
    if (hash.isEmpty() || iterations < 1 || iterations > Settings.MAX_ITERATIONS) {
      return Optional.empty();
    }
    try {
      Base64.Decoder base64 = Base64.getDecoder();
      byte[] storedKey = base64.decode(matcher.group(4));
      byte[] serverKey = base64.decode(matcher.group(5));
      int length = hash.get().length();
      return storedKey.length != length || serverKey.length != length
          ? Optional.empty()
          : Optional.of(
              new ScramVerifier(
                  hash.get(), iterations, base64.decode(matcher.group(3)), storedKey, serverKey));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  ScramHash hash() {
    return hash;
  }

  /** Writes the keys. */
  String text() {
    Base64.Encoder base64 = Base64.getEncoder();
    return String.join(
        ",",
        hash.scheme() + iterations,
        base64.encodeToString(salt),
        base64.encodeToString(storedKey),
        base64.encodeToString(serverKey));
  }

  /** Returns the keys for the mechanism; empty if there were too few iterations for it. */
  Optional<ScramSecret> secret() {
    return iterations < Settings.MIN_ITERATIONS
        ? Optional.empty()
        : Optional.of(new ScramSecret(hash.mechanism(), salt, iterations, storedKey, serverKey));
  }

  @Override
  public boolean matches(char[] password) {
    return remembered.matches(password);
  }

  /** Tries the password as it is too, for keys that were made before passwords were prepared. */
  private boolean verify(char[] password) {
    Optional<char[]> prepared = Password.query(password);
    boolean matches = verifyAsIs(prepared.orElse(password));
    if (prepared.isPresent() && !Arrays.equals(prepared.get(), password)) {
      matches |= verifyAsIs(password);
    }
    prepared.ifPresent(p -> Arrays.fill(p, '\0'));
    return matches;
  }

  private boolean verifyAsIs(char[] password) {
    ScramVerifier tried = of(hash, iterations, salt, hash.salted(password, salt, iterations));
    return MessageDigest.isEqual(storedKey, tried.storedKey);
  }

  /** Masks salt and keys. */
  @Override
  public String toString() {
    return hash.scheme() + iterations;
  }
}
