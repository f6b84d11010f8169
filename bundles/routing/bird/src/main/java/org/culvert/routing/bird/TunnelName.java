package org.culvert.routing.bird;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.culvert.api.service.ServedTunnel;

/**
 * What a tunnel's protocol is called in BIRD. It is made from the tunnel's id by a one-way
 * function, for who knows the id of a lease could guess at more than a name in BIRD shall tell.
 *
 * @param text a symbol of BIRD
 */
record TunnelName(String text) {
  private static final int OCTETS = 10;

  /** Names a tunnel; one host may hold both ends. */
  static TunnelName of(ServedTunnel tunnel) {
    return new TunnelName("culvert_" + digest(tunnel.side() + "\0" + tunnel.id()));
  }

  /** Returns what is behind the name when BIRD's own names are made. */
  static String digest(String text) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, OCTETS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /** The routing table of the tunnel's own. */
  String table() {
    return text + "_t";
  }

  /** The routes that are announced. */
  String announcer() {
    return text + "_s";
  }

  /** What brings accepted routes to the others. */
  String pipe() {
    return text + "_p";
  }

  /** The tunnel's file, without a directory. */
  String file() {
    return text + ".conf";
  }
}
