package org.culvert.accounts.file;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.culvert.api.account.PasswordCheck;

/**
 * Verifies a password against a salted hash that is slow on purpose (PBKDF2, RFC 8018 section 5.2,
 * with HMAC-SHA-256): <code>{PBKDF2-SHA256}iterations$salt$hash</code>, the latter two in base64.
 *
 * <p>The last password that passed is remembered as a hash under a key that this process made up,
 * so that a client that comes back costs microseconds. Safe for use by several threads.
 */
final class Pbkdf2Verifier implements PasswordCheck {
  static final String SCHEME = "{PBKDF2-SHA256}";

  private static final int SALT = 16;
  private static final int HASH = 32;
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final SecretKeySpec MEMORY_KEY = new SecretKeySpec(random(HASH), "HmacSHA256");
  private static final Pattern TEXT =
      Pattern.compile(
          Pattern.quote(SCHEME)
              + "(\\d{1,8})\\$([A-Za-z0-9+/]{8,88}={0,2})\\$([A-Za-z0-9+/]{43}=?)");

  private final int iterations;
  private final byte[] salt;
  private final byte[] hash;
  private volatile byte[] remembered = new byte[0];

  private Pbkdf2Verifier(int iterations, byte[] salt, byte[] hash) {
    this.iterations = iterations;
    this.salt = salt;
    this.hash = hash;
  }

  /** Hashes a password, which takes a while, and clears the array. */
  static Pbkdf2Verifier of(char[] password, int iterations) {
    byte[] salt = random(SALT);
    byte[] hash = hash(password, salt, iterations);
    Arrays.fill(password, '\0');
    return new Pbkdf2Verifier(iterations, salt, hash);
  }

  /** Returns a verifier that no password passes, but which does its work. */
  static Pbkdf2Verifier ofNobody(int iterations) {
    return new Pbkdf2Verifier(iterations, random(SALT), random(HASH));
  }

  /** Reads a verifier; empty if it is malformed or asks for more work than anyone would set. */
  static Optional<Pbkdf2Verifier> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int iterations = Integer.parseInt(matcher.group(1));
    if (iterations < 1 || iterations > Settings.MAX_ITERATIONS) {
      return Optional.empty();
    }
    try {
      byte[] salt = Base64.getDecoder().decode(matcher.group(2));
      byte[] hash = Base64.getDecoder().decode(matcher.group(3));
      return Optional.of(new Pbkdf2Verifier(iterations, salt, hash));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Writes the verifier. */
  String text() {
    Base64.Encoder base64 = Base64.getEncoder().withoutPadding();
    return SCHEME
        + iterations
        + "$"
        + base64.encodeToString(salt)
        + "$"
        + base64.encodeToString(hash);
  }

  @Override
  public boolean matches(char[] password) {
    byte[] memory = memoryOf(password);
    if (MessageDigest.isEqual(remembered, memory)) {
      return true;
    }
    boolean matches = MessageDigest.isEqual(hash, hash(password, salt, iterations));
    if (matches) {
      remembered = memory;
    }
    return matches;
  }

  /** Masks salt and hash. */
  @Override
  public String toString() {
    return SCHEME + iterations;
  }

  private static byte[] hash(char[] password, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(password, salt, iterations, HASH * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform lacks PBKDF2WithHmacSHA256", e);
    } finally {
      spec.clearPassword();
    }
  }

  private byte[] memoryOf(char[] password) {
    ByteBuffer octets = StandardCharsets.UTF_8.encode(CharBuffer.wrap(password));
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(MEMORY_KEY);
      mac.update(salt);
      mac.update(hash);
      mac.update(octets.duplicate());
      return mac.doFinal();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform lacks HmacSHA256", e);
    } finally {
      octets.clear();
      octets.put(new byte[octets.capacity()]);
    }
  }

  private static byte[] random(int length) {
    byte[] octets = new byte[length];
    RANDOM.nextBytes(octets);
    return octets;
  }
}
