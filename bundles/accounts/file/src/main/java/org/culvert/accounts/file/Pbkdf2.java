package org.culvert.accounts.file;

import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads what earlier versions wrote: <code>{PBKDF2-SHA256}iterations$salt$hash</code>. The hash is
 * SCRAM's SaltedPassword, so SCRAM-SHA-256's keys are made from it without the password; they are
 * less than it was, because it was enough to log in by SCRAM.
 */
final class Pbkdf2 {
  static final String SCHEME = "{PBKDF2-SHA256}";

  private static final Pattern TEXT =
      Pattern.compile(
          Pattern.quote(SCHEME)
              + "(\\d{1,8})\\$([A-Za-z0-9+/]{8,88}={0,2})\\$([A-Za-z0-9+/]{43}=?)");

  private Pbkdf2() {}

  /** Makes keys; empty if the text is malformed or asks for more work than anyone would set. */
  static Optional<ScramVerifier> parse(String text) {
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
      return Optional.of(ScramVerifier.of(ScramHash.SHA_256, iterations, salt, hash));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
