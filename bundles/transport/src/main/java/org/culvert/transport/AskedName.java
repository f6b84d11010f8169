package org.culvert.transport;

import java.nio.charset.StandardCharsets;
import org.culvert.api.log.KeyedHash;

/**
 * What stands for a name that no account has: a hash, for it may be a password in the wrong place.
 * Its key is made at each start and written nowhere, so that nobody can try passwords on a log.
 */
final class AskedName {
  private static final KeyedHash HASH = new KeyedHash(KeyedHash.newKey());

  private AskedName() {}

  static String shown(String name) {
    return HASH.of(name.getBytes(StandardCharsets.UTF_8));
  }
}
