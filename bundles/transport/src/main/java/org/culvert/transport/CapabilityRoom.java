package org.culvert.transport;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import org.culvert.api.encapsulation.TunnelProfile;

/**
 * Makes the CAPABILITY line fit the few octets that a sender who has not proved its address may be
 * sent, by naming fewer mechanisms. What is not named is not offered either, so it is left out
 * before the line is made and not cut from it afterwards.
 */
final class CapabilityRoom {
  /** Enough for anything; for paths whose peer has proved its address. */
  static final int AMPLE = Integer.MAX_VALUE;

  private static final int LINE = "CAPABILITY".length() + "\r\n".length();
  private static final int TUNNEL = " TUNNEL=".length();
  private static final int AUTH = " AUTH=".length();

  /** What is given up last: all that old clients know, and the best of the new. */
  private static final List<String> KEPT =
      List.of("DIGEST-MD5", "ANONYMOUS", "SCRAM-SHA-256", "PLAIN");

  /** What is given up first, as it is never the only one of its kind. */
  private static final String GIVEN_UP = "SCRAM-SHA-1";

  private CapabilityRoom() {}

  /**
   * Picks the mechanisms that fit.
   *
   * @param room octets that the line may have, its end included
   * @param profiles what the line names beside them
   * @param mechanisms what could be named
   * @return those that are to be named, in the same order
   */
  static <T> List<T> fit(
      int room, Collection<TunnelProfile> profiles, List<T> mechanisms, Function<T, String> name) {
    int left = room - LINE;
    for (TunnelProfile profile : profiles) {
      left -= TUNNEL + profile.type().capability().length();
    }
    List<T> kept = new ArrayList<>();
    for (T mechanism :
        mechanisms.stream().sorted(Comparator.comparingInt(m -> rank(name.apply(m)))).toList()) {
      int length = AUTH + name.apply(mechanism).length();
      if (length <= left) {
        kept.add(mechanism);
        left -= length;
      }
    }
    return mechanisms.stream().filter(kept::contains).toList();
  }

  private static int rank(String mechanism) {
    if (mechanism.equals(GIVEN_UP)) {
      return KEPT.size() + 1;
    }
    int index = KEPT.indexOf(mechanism);
    return index < 0 ? KEPT.size() : index;
  }
}
