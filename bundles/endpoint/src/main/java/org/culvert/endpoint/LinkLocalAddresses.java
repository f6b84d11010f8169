package org.culvert.endpoint;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;

/**
 * Gives tunnels that are links of their own the link-local addresses that routing protocols speak
 * from, with interface identifiers that nobody can guess and that stay the same for a tunnel as
 * long as this process runs (RFC 7217 tells why and how).
 */
final class LinkLocalAddresses {
  private static final long PREFIX = 0xFE80L << 48;
  private static final int LENGTH = 64;
  private static final int SECRET = 32;

  private final byte[] secret = new byte[SECRET];

  LinkLocalAddresses() {
    new SecureRandom().nextBytes(secret);
  }

  /** Returns the address of this end of a tunnel. */
  InterfaceAddress of(String tunnel) {
    MessageDigest digest = sha256();
    digest.update(secret);
    byte[] octets = digest.digest(tunnel.getBytes(StandardCharsets.UTF_8));
    byte[] address = ByteBuffer.allocate(16).putLong(PREFIX).put(octets, 0, 8).array();
    return new InterfaceAddress(IpAddresses.of(address), LENGTH);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
