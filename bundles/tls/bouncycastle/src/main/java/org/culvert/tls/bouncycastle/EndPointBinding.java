package org.culvert.tls.bouncycastle;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Locale;
import java.util.Optional;

/**
 * The channel binding {@code tls-server-end-point}: the server's certificate, hashed as its
 * signature hashes it, but never weaker than by SHA-256 (RFC 5929 section 4.1).
 */
final class EndPointBinding {
  private EndPointBinding() {}

  /**
   * Returns the binding.
   *
   * @param chain the server's certificates, its own first
   * @return empty for a signature without one hash of its own, for which there is no such binding
   */
  static Optional<byte[]> of(Certificate[] chain) {
    if (chain.length == 0 || !(chain[0] instanceof X509Certificate server)) {
      return Optional.empty();
    }
    try {
      Optional<String> hash = hash(server.getSigAlgName().toUpperCase(Locale.ROOT));
      return hash.isEmpty()
          ? Optional.empty()
          : Optional.of(MessageDigest.getInstance(hash.get()).digest(server.getEncoded()));
    } catch (GeneralSecurityException e) {
      return Optional.empty();
    }
  }

  private static Optional<String> hash(String signature) {
    String hash =
        signature.contains("WITH") ? signature.substring(0, signature.indexOf("WITH")) : "";
    return switch (hash) {
      case "MD5", "SHA1", "SHA256" -> Optional.of("SHA-256");
      case "SHA224" -> Optional.of("SHA-224");
      case "SHA384" -> Optional.of("SHA-384");
      case "SHA512" -> Optional.of("SHA-512");
      default -> Optional.empty();
    };
  }
}
