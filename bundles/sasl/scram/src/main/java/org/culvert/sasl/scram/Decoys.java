package org.culvert.sasl.scram;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.culvert.api.account.ScramSecret;

/**
 * Secrets for users who do not exist, which nobody can tell from real ones: a name always gets the
 * same salt, and salt and iterations look like those of the user who was seen last (RFC 5802
 * section 9).
 *
 * <p>For several threads; the lock guards what was seen last.
 */
final class Decoys {
  /** What our own account store makes by default; stands in until a real secret was seen. */
  private static final Form USUAL = new Form(16, 50_000);

  private record Form(int salt, int iterations) {}

  private final byte[] key;
  private final Map<ScramAlgorithm, Form> seen = new EnumMap<>(ScramAlgorithm.class);

  /**
   * @param key random octets, for nobody else to know
   */
  Decoys(byte[] key) {
    this.key = key.clone();
  }

  /** Remembers what a real secret looks like, and returns it. */
  ScramSecret resembling(ScramSecret real) {
    ScramAlgorithm.of(real.mechanism()).ifPresent(algorithm -> remember(algorithm, real));
    return real;
  }

  private synchronized void remember(ScramAlgorithm algorithm, ScramSecret real) {
    seen.put(algorithm, new Form(real.salt().length, real.iterations()));
  }

  private synchronized Form form(ScramAlgorithm algorithm) {
    return seen.getOrDefault(algorithm, USUAL);
  }

  /** Makes the secret of a user who does not exist. */
  ScramSecret of(String user, ScramAlgorithm algorithm) {
    Form form = form(algorithm);
    byte[] salt = new byte[0];
    for (int block = 0; salt.length < form.salt; block++) {
      byte[] more = random(algorithm, "salt " + block + " " + user);
      int filled = salt.length;
      salt = Arrays.copyOf(salt, Math.min(form.salt, filled + more.length));
      System.arraycopy(more, 0, salt, filled, salt.length - filled);
    }
    return new ScramSecret(
        algorithm.mechanism(),
        salt,
        form.iterations,
        random(algorithm, "stored key " + user),
        random(algorithm, "server key " + user));
  }

  private byte[] random(ScramAlgorithm algorithm, String what) {
    return algorithm.hmac(key, ScramText.octets(algorithm.mechanism() + " " + what));
  }
}
