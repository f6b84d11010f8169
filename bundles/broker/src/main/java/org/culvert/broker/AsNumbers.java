package org.culvert.broker;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Finds the autonomous system of a client that speaks BGP.
 *
 * <p>A number that is given is a keyed hash of the user's name, so that it is mostly the same again
 * after the broker forgot the user. For the broker's thread.
 */
final class AsNumbers {
  private final RoutingSettings settings;
  private final Mac mac;

  AsNumbers(RoutingSettings settings, byte[] secret) {
    this.settings = settings;
    try {
      mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java has no HmacSHA256", e);
    }
  }

  /**
   * Checks the number that a client says it has.
   *
   * @throws org.culvert.api.status.TspException with 517
   */
  long named(Claims claims, String user, long as) {
    if (!settings.allows(as)) {
      throw RouteNegotiation.unsupported("no client may have autonomous system " + as);
    }
    if (!isFree(claims, user, as)) {
      throw RouteNegotiation.unsupported("another user has autonomous system " + as);
    }
    return as;
  }

  /**
   * Finds a number for a client that names none: the one that it had, else one of its own.
   *
   * @throws org.culvert.api.status.TspException with 517 if none is left
   */
  long given(Claims claims, String user, OptionalLong had) {
    if (had.isPresent() && mayKeep(had.getAsLong()) && isFree(claims, user, had.getAsLong())) {
      return had.getAsLong();
    }
    long size = settings.given().size();
    if (size > 0) {
      // Of n numbers held, a look at n + 1 others finds one that is free: no look is taken twice.
      long start = Long.remainderUnsigned(hash(user), size);
      for (long i = 0; i < size; i++) {
        long as = settings.given().at((start + i) % size);
        if (settings.gives(as) && !claims.isTaken(as, user)) {
          return as;
        }
      }
    }
    throw RouteNegotiation.unsupported("no autonomous system is left to give");
  }

  private boolean mayKeep(long as) {
    return settings.gives(as) || settings.allows(as);
  }

  private boolean isFree(Claims claims, String user, long as) {
    return settings.shared() || !claims.isTaken(as, user);
  }

  private long hash(String user) {
    mac.update(new byte[] {'a', 's', 0});
    return ByteBuffer.wrap(mac.doFinal(user.getBytes(StandardCharsets.UTF_8))).getLong();
  }
}
