package org.culvert.transport;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether a client's message has the nonce of the challenge before it. Only who receives what
 * is sent to his address can send it back, whether or not he knows the password. It is looked for
 * here, since mechanisms of others do not tell a wrong nonce from a wrong password.
 *
 * <p>Not for several threads.
 */
final class Echo {
  private static final Pattern SCRAM = Pattern.compile("(?:^|,)r=([^,]+)");
  private static final Pattern DIGEST = Pattern.compile("(?:^|[, \\t])nonce=\"([^\"]+)\"");

  private final Pattern nonce;
  private @Nullable String sent;

  private Echo(Pattern nonce) {
    this.nonce = nonce;
  }

  /**
   * Tells whether the messages of a mechanism, its name in upper case, show the nonce as it is. Of
   * CRAM-MD5 there is a digest alone, which a wrong password changes too.
   */
  static boolean isShownBy(String mechanism) {
    return mechanism.startsWith("SCRAM-") || mechanism.equals("DIGEST-MD5");
  }

  /** Begins an exchange of a mechanism that shows its nonces. */
  static Echo of(String mechanism) {
    return new Echo(mechanism.startsWith("SCRAM-") ? SCRAM : DIGEST);
  }

  /** Takes note of what the server has sent. */
  void challenged(byte @Nullable [] challenge) {
    sent = challenge == null ? null : nonceOf(challenge);
  }

  /** Tells whether the server has sent a nonce yet. */
  boolean isAwaited() {
    return sent != null;
  }

  /** Tells whether a message has the nonce that was sent last. */
  boolean isIn(byte[] response) {
    return sent != null && sent.equals(nonceOf(response));
  }

  private @Nullable String nonceOf(byte[] message) {
    Matcher found = nonce.matcher(new String(message, StandardCharsets.ISO_8859_1));
    return found.find() ? found.group(1) : null;
  }
}
