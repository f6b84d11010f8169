package org.culvert.api.account;

/**
 * H(user:realm:password), which stands for the password in DIGEST-MD5 (RFC 2831 section 2.1.2.1)
 * and is as good as the password within its realm.
 */
public final class DigestSecret {
  private final String realm;
  private final byte[] octets;

  /** Copies the 16 octets. */
  public DigestSecret(String realm, byte[] octets) {
    if (octets.length != 16) {
      throw new IllegalArgumentException("a digest secret has 16 octets");
    }
    this.realm = realm;
    this.octets = octets.clone();
  }

  /** Returns the realm that the secret was made for. */
  public String realm() {
    return realm;
  }

  /** Returns a copy of the 16 octets. */
  public byte[] octets() {
    return octets.clone();
  }

  /** Masks the octets. */
  @Override
  public String toString() {
    return "DigestSecret[" + realm + "]";
  }
}
