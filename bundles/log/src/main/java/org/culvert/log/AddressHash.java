package org.culvert.log;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.SmallFile;

/**
 * Turns an address into a short text that is the same each time, so that lines about one address
 * are found together, and from which nobody without the key learns the address: HMAC-SHA-256 (RFC
 * 2104), cut to 64 bits. Safe for use by many threads.
 */
final class AddressHash {
  private static final int KEY_OCTETS = 32;
  private static final int HASH_OCTETS = 8;
  private static final String ALGORITHM = "HmacSHA256";

  private final byte[] key;

  private AddressHash(byte[] key) {
    this.key = key;
  }

  /**
   * Reads the key from a file, or makes one where there is none.
   *
   * @throws IOException if the file can be neither read nor made, or holds something else
   */
  static AddressHash keptIn(Path file) throws IOException {
    if (Files.exists(file)) {
      byte[] kept = SmallFile.read(file, KEY_OCTETS);
      if (kept.length != KEY_OCTETS) {
        throw new IOException(file + " is no key of " + KEY_OCTETS + " octets; delete it");
      }
      return new AddressHash(kept);
    }
    byte[] made = new byte[KEY_OCTETS];
    new SecureRandom().nextBytes(made);
    DurableFile.write(file, made, DurableFile.PRIVATE);
    return new AddressHash(made);
  }

  /** Returns what stands in the place of an address. */
  String of(InetAddress address) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      byte[] hash = mac.doFinal(address.getAddress());
      return "#" + HexFormat.of().formatHex(Arrays.copyOf(hash, HASH_OCTETS));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has " + ALGORITHM, e);
    }
  }
}
