package org.culvert.log;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.culvert.api.file.DurableFile;
import org.culvert.api.file.SmallFile;
import org.culvert.api.log.KeyedHash;

/** Hashes addresses with a key that is kept in a file. Safe for use by many threads. */
final class AddressHash {
  private final KeyedHash hash;

  private AddressHash(byte[] key) {
    this.hash = new KeyedHash(key);
  }

  /**
   * Reads the key from a file, or makes one where there is none.
   *
   * @throws IOException if the file can be neither read nor made, or holds something else
   */
  static AddressHash keptIn(Path file) throws IOException {
    if (Files.exists(file)) {
      byte[] kept = SmallFile.read(file, KeyedHash.KEY_OCTETS);
      if (kept.length != KeyedHash.KEY_OCTETS) {
        throw new IOException(
            file + " is no key of " + KeyedHash.KEY_OCTETS + " octets; delete it");
      }
      return new AddressHash(kept);
    }
    byte[] made = KeyedHash.newKey();
    DurableFile.write(file, made, DurableFile.PRIVATE);
    return new AddressHash(made);
  }

  /** Returns what stands in the place of an address. */
  String of(InetAddress address) {
    return hash.of(address.getAddress());
  }
}
