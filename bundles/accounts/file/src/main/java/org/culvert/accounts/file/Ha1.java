package org.culvert.accounts.file;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.account.DigestSecret;

/** Reads, writes and makes what DIGEST-MD5 needs: <code>{HA1}realm$hex</code>. */
final class Ha1 {
  static final String SCHEME = "{HA1}";

  private static final Pattern TEXT =
      Pattern.compile(Pattern.quote(SCHEME) + "(\\S{1,255})\\$([0-9A-Fa-f]{32})");

  private Ha1() {}

  /** Returns H(user:realm:password) (RFC 2831 section 2.1.2.1). */
  static DigestSecret of(String user, String realm, String password) {
    try {
      MessageDigest md5 = MessageDigest.getInstance("MD5");
      md5.update(octets(user));
      md5.update((byte) ':');
      md5.update(octets(realm));
      md5.update((byte) ':');
      return new DigestSecret(realm, md5.digest(octets(password)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has MD5", e);
    }
  }

  /** Reads a secret; empty if it is malformed. */
  static Optional<DigestSecret> parse(String text) {
    Matcher matcher = TEXT.matcher(text);
    return matcher.matches()
        ? Optional.of(new DigestSecret(matcher.group(1), HexFormat.of().parseHex(matcher.group(2))))
        : Optional.empty();
  }

  /** Writes a secret. */
  static String text(DigestSecret secret) {
    return SCHEME + secret.realm() + "$" + HexFormat.of().formatHex(secret.octets());
  }

  /** Text that fits into ISO 8859-1 is hashed in it, and other text in UTF-8: so the RFC has it. */
  private static byte[] octets(String text) {
    Charset latin1 = StandardCharsets.ISO_8859_1;
    return text.getBytes(latin1.newEncoder().canEncode(text) ? latin1 : StandardCharsets.UTF_8);
  }
}
