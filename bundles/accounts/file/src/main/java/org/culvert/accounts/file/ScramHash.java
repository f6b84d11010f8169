package org.culvert.accounts.file;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions of SCRAM, with the functions made of them (RFC 5802 section 2.2). */
enum ScramHash {
  SHA_256("SHA-256", "SHA256", 32),
  SHA_1("SHA-1", "SHA1", 20);

  private final String digest;
  private final String suffix;
  private final int length;

  ScramHash(String digest, String suffix, int length) {
    this.digest = digest;
    this.suffix = suffix;
    this.length = length;
  }

  /** Finds the hash of a mechanism, named without {@code -PLUS}. */
  static Optional<ScramHash> of(String mechanism) {
    return Arrays.stream(values()).filter(hash -> hash.mechanism().equals(mechanism)).findFirst();
  }

  String mechanism() {
    return "SCRAM-" + digest;
  }

  String scheme() {
    return "{" + mechanism() + "}";
  }

  /** Returns the octets of a hash. */
  int length() {
    return length;
  }

  /** Returns SaltedPassword: Hi of the RFC is PBKDF2 with one block of output. */
  byte[] salted(char[] prepared, byte[] salt, int iterations) {
    PBEKeySpec spec = new PBEKeySpec(prepared, salt, iterations, length * Byte.SIZE);
    try {
      return SecretKeyFactory.getInstance("PBKDF2WithHmac" + suffix)
          .generateSecret(spec)
          .getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform lacks PBKDF2WithHmac" + suffix, e);
    } finally {
      spec.clearPassword();
    }
  }

  byte[] hmac(byte[] key, String text) {
    try {
      Mac mac = Mac.getInstance("Hmac" + suffix);
      mac.init(new SecretKeySpec(key, mac.getAlgorithm()));
      return mac.doFinal(text.getBytes(StandardCharsets.US_ASCII));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform lacks Hmac" + suffix, e);
    }
  }

  byte[] digest(byte[] octets) {
    try {
      return MessageDigest.getInstance(digest).digest(octets);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the Java platform lacks " + digest, e);
    }
  }
}
