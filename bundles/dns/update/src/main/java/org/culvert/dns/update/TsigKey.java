package org.culvert.dns.update;

import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import javax.crypto.spec.SecretKeySpec;
import org.xbill.DNS.Name;
import org.xbill.DNS.TSIG;

/** The key that is shared with the server (RFC 8945). Its text never holds the secret. */
final class TsigKey {
  /** RFC 8945 section 8 asks for a secret as long as the hash; less than this can be guessed. */
  static final int SHORTEST = 16;

  private static final Map<String, Algorithm> ALGORITHMS =
      Map.of(
          "hmac-sha256", new Algorithm(TSIG.HMAC_SHA256, "HmacSHA256"),
          "hmac-sha384", new Algorithm(TSIG.HMAC_SHA384, "HmacSHA384"),
          "hmac-sha512", new Algorithm(TSIG.HMAC_SHA512, "HmacSHA512"));

  private final Name name;
  private final Algorithm algorithm;
  private final byte[] secret;

  private record Algorithm(Name name, String ofPlatform) {}

  private TsigKey(Name name, Algorithm algorithm, byte[] secret) {
    this.name = name;
    this.algorithm = algorithm;
    this.secret = secret;
  }

  /** Tells whether an algorithm is known and strong enough. */
  static boolean isAccepted(String algorithm) {
    return ALGORITHMS.containsKey(algorithm.toLowerCase(Locale.ROOT));
  }

  /**
   * Makes a key.
   *
   * @throws IllegalArgumentException if the algorithm is not accepted or the secret is too short
   */
  static TsigKey of(Name name, String algorithm, byte[] secret) {
    Algorithm known = ALGORITHMS.get(algorithm.toLowerCase(Locale.ROOT));
    if (known == null) {
      throw new IllegalArgumentException("not an accepted algorithm");
    }
    if (secret.length < SHORTEST) {
      throw new IllegalArgumentException("the secret is shorter than " + SHORTEST + " octets");
    }
    return new TsigKey(name, known, secret.clone());
  }

  /** Returns what signs requests and checks answers, by a clock. */
  TSIG signer(Clock clock) {
    return new TSIG(
        algorithm.name(), name, new SecretKeySpec(secret, algorithm.ofPlatform()), clock);
  }

  Name name() {
    return name;
  }

  @Override
  public String toString() {
    return HostNames.text(name);
  }
}
