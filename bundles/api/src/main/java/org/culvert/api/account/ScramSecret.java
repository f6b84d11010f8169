package org.culvert.api.account;

/**
 * What stands for a user's password in one SCRAM mechanism (RFC 5802 section 3): it verifies a
 * client and proves the server, and cannot be used to log in.
 */
public final class ScramSecret {
  private final String mechanism;
  private final byte[] salt;
  private final int iterations;
  private final byte[] storedKey;
  private final byte[] serverKey;

  /**
   * Copies the octets.
   *
   * @param mechanism the mechanism's name without {@code -PLUS}, for example {@code SCRAM-SHA-256}
   * @param salt random octets
   * @param iterations how often the password was hashed, at least 4096
   * @param storedKey verifies the client's proof
   * @param serverKey makes the server's signature
   */
  public ScramSecret(
      String mechanism, byte[] salt, int iterations, byte[] storedKey, byte[] serverKey) {
    if (iterations < 4096) {
      throw new IllegalArgumentException("a SCRAM secret has at least 4096 iterations");
    }
    if (salt.length == 0 || storedKey.length == 0 || storedKey.length != serverKey.length) {
      throw new IllegalArgumentException("a SCRAM secret has a salt and two keys of one length");
    }
    this.mechanism = mechanism;
    this.salt = salt.clone();
    this.iterations = iterations;
    this.storedKey = storedKey.clone();
    this.serverKey = serverKey.clone();
  }

  /** Returns the mechanism that the secret was made for, without {@code -PLUS}. */
  public String mechanism() {
    return mechanism;
  }

  /** Returns a copy of the salt. */
  public byte[] salt() {
    return salt.clone();
  }

  /** Returns how often the password was hashed. */
  public int iterations() {
    return iterations;
  }

  /** Returns a copy of the key that verifies the client's proof. */
  public byte[] storedKey() {
    return storedKey.clone();
  }

  /** Returns a copy of the key that makes the server's signature. */
  public byte[] serverKey() {
    return serverKey.clone();
  }

  /** Masks the octets. */
  @Override
  public String toString() {
    return "ScramSecret[" + mechanism + "]";
  }
}
