package org.culvert.protocol;

import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.xml.Dialect;

/**
 * A version of TSP (RFC 5572 section 4.4.2).
 *
 * <p>Spoken are 2.0, which is the draft's, every 2.0.x, and on TCP the old 1.0 and 1.0.1.
 *
 * @param text as the client wrote it
 * @param numbers its two to four numbers, the missing ones zero
 */
record TspVersion(String text, Numbers numbers) {
  private static final Pattern LINE =
      Pattern.compile(
          "VERSION *= *((\\d{1,4})\\.(\\d{1,4})(?:\\.(\\d{1,4}))?)", Pattern.CASE_INSENSITIVE);

  /** The numbers of a version. */
  record Numbers(int major, int minor, int patch) implements Comparable<Numbers> {
    @Override
    public int compareTo(Numbers other) {
      return Arrays.compare(
          new int[] {major, minor, patch}, new int[] {other.major, other.minor, other.patch});
    }
  }

  private static final Numbers OLD = new Numbers(1, 0, 1);
  private static final Numbers FIRST_WITH_REFERRAL = new Numbers(2, 0, 1);
  private static final String OF_DRAFT = "2.0";
  private static final Numbers LAST_WITH_DEFECT = new Numbers(2, 0, 0);

  /** Reads a version line without its end; empty if it is none. */
  static Optional<TspVersion> parseLine(String line) {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String patch = matcher.group(4);
    return Optional.of(
        new TspVersion(
            matcher.group(1),
            new Numbers(
                Integer.parseInt(matcher.group(2)),
                Integer.parseInt(matcher.group(3)),
                patch == null ? 0 : Integer.parseInt(patch))));
  }

  /** Tells whether text begins like a version line. */
  static boolean opens(String text) {
    return text.regionMatches(true, 0, "VERSION", 0, "VERSION".length());
  }

  boolean isSpokenOn(Transport transport) {
    if (numbers.major == 2) {
      return numbers.minor == 0;
    }
    return transport.isStream()
        && numbers.major == 1
        && numbers.minor == 0
        && numbers.compareTo(OLD) <= 0;
  }

  /** Tells whether the client may cut a secret before its first zero octet. */
  boolean hasZeroOctetDefect() {
    return numbers.compareTo(LAST_WITH_DEFECT) <= 0;
  }

  /**
   * Tells whether the client is bound to say {@code accept}: the draft's 2.0 is not, nor is 1.0.
   */
  boolean insistsOnAccept() {
    return knowsAccept() && dialect() != Dialect.DRAFT;
  }

  /** Returns the dialect that the client expects answers in. */
  Dialect dialect() {
    return text.equals(OF_DRAFT) ? Dialect.DRAFT : Dialect.RFC;
  }

  /** Tells whether the client reads a list of brokers; older ones take its code for no code. */
  boolean knowsReferral() {
    return numbers.compareTo(FIRST_WITH_REFERRAL) >= 0;
  }

  /** Tells whether a broker of this version can be sent {@code accept}. */
  boolean knowsAccept() {
    return numbers.major >= 2;
  }
}
