package org.culvert.sasl.scram;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * A SCRAM mechanism but for its channel binding: the functions of RFC 5802 section 2.2 and the
 * values of its section 3, over one hash (RFC 7677 for SHA-256).
 */
enum ScramAlgorithm {
  SHA_256("SCRAM-SHA-256", "SHA-256", "SHA256", 32),
  SHA_1("SCRAM-SHA-1", "SHA-1", "SHA1", 20);

  private static final String BOUND = "-PLUS";

  private final String mechanism;
  private final String hash;
  private final String suffix;
  private final int length;

  ScramAlgorithm(String mechanism, String hash, String suffix, int length) {
    this.mechanism = mechanism;
    this.hash = hash;
    this.suffix = suffix;
    this.length = length;
  }

  /** Returns the mechanism's name without channel binding. */
  String mechanism() {
    return mechanism;
  }

  /** Returns the mechanism's name with or without channel binding. */
  String mechanism(boolean bound) {
    return bound ? mechanism + BOUND : mechanism;
  }

  static boolean isBound(String mechanism) {
    return mechanism.endsWith(BOUND);
  }

  /** Finds the algorithm of a mechanism of either kind. */
  static Optional<ScramAlgorithm> of(String mechanism) {
    return Arrays.stream(values())
        .filter(a -> List.of(a.mechanism(true), a.mechanism(false)).contains(mechanism))
        .findFirst();
  }

  /** Returns the octets of a hash, and of everything made with it. */
  int length() {
    return length;
  }

  /** Returns SaltedPassword; the password is prepared, and the caller clears it. */
  byte[] saltedPassword(char[] password, byte[] salt, int iterations) {
    PBEKeySpec key = new PBEKeySpec(password, salt, iterations, length * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmac" + suffix)
          .generateSecret(key)
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2 with " + hash, e);
    } finally {
      key.clearPassword();
    }
  }

  byte[] clientKey(byte[] saltedPassword) {
    return hmac(saltedPassword, ScramText.octets("Client Key"));
  }

  byte[] serverKey(byte[] saltedPassword) {
    return hmac(saltedPassword, ScramText.octets("Server Key"));
  }

  /** Returns H(ClientKey), which is StoredKey. */
  byte[] storedKey(byte[] clientKey) {
    try {
      return MessageDigest.getInstance(hash).digest(clientKey);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has " + hash, e);
    }
  }

  /** Returns the signature of an exchange: ClientSignature by StoredKey, or the server's. */
  byte[] signature(byte[] key, String authMessage) {
    return hmac(key, ScramText.octets(authMessage));
  }

  /** Returns ClientKey XOR ClientSignature, or from the proof and the one the other. */
  static byte[] xor(byte[] one, byte[] other) {
    byte[] result = one.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] ^= other[i];
    }
    return result;
  }

  byte[] hmac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("Hmac" + suffix);
      mac.init(new SecretKeySpec(key, "Hmac" + suffix));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HMAC with " + hash, e);
    }
  }
}
