package org.culvert.tls.bouncycastle;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The SHA-256 of a certificate, by which somebody can know it without a chain of trust.
 *
 * @param hex 64 digits, in upper case
 */
record Fingerprint(String hex) {
  private static final HexFormat PAIRS = HexFormat.ofDelimiter(":").withUpperCase();

  /** Computes a certificate's. */
  static Fingerprint of(X509Certificate certificate) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(certificate.getEncoded());
      return new Fingerprint(HexFormat.of().withUpperCase().formatHex(digest));
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException("a certificate that cannot be encoded", e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Reads 64 digits, with colons or without, also as {@code openssl x509 -fingerprint} prints them.
   *
   * @throws IllegalArgumentException if that is not what the text holds
   */
  static Fingerprint parse(String text) {
    String hex =
        text.strip().toUpperCase(Locale.ROOT).replaceFirst("^SHA-?256[:=]", "").replace(":", "");
    if (!hex.matches("[0-9A-F]{64}")) {
      throw new IllegalArgumentException("not a SHA-256 fingerprint");
    }
    return new Fingerprint(hex);
  }

  /** Writes pairs of digits with colons between. */
  @Override
  public String toString() {
    return PAIRS.formatHex(HexFormat.of().parseHex(hex));
  }
}
