package org.culvert.routing.frr;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * By what lines for one tunnel are known in FRR: part of a hash of the tunnel's id, for the id is
 * not for everybody who may look at FRR.
 *
 * @param hex sixteen hexadecimal digits
 */
record Mark(String hex) {
  /** Begins every name of ours in FRR. */
  static final String PREFIX = "CULVERT-";

  private static final String DESCRIPTION = "culvert ";
  private static final int DIGITS = 16;
  private static final int TAG_DIGITS = 8;
  private static final Pattern NAME = Pattern.compile("CULVERT-([0-9a-f]{16})(?![0-9A-Za-z])");

  /** Returns the mark of a tunnel. */
  static Mark of(String tunnelId) {
    try {
      MessageDigest hash = MessageDigest.getInstance("SHA-256");
      hash.update("culvert routing ".getBytes(StandardCharsets.US_ASCII));
      byte[] digest = hash.digest(tunnelId.getBytes(StandardCharsets.UTF_8));
      return new Mark(HexFormat.of().formatHex(digest).substring(0, DIGITS));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("Java without SHA-256", e);
    }
  }

  /** Finds the mark in a line that names something of a tunnel's. */
  static Optional<Mark> in(String line) {
    Matcher matcher = NAME.matcher(line);
    return matcher.find() ? Optional.of(new Mark(matcher.group(1))) : Optional.empty();
  }

  /** Finds the mark in the description of a neighbor. */
  static Optional<Mark> ofDescription(String description) {
    return description.matches(DESCRIPTION + "[0-9a-f]{" + DIGITS + "}")
        ? Optional.of(new Mark(description.substring(DESCRIPTION.length())))
        : Optional.empty();
  }

  /** Names the paths of autonomous systems that are accepted. */
  String paths() {
    return PREFIX + hex + "-AS";
  }

  /** Names what is accepted. */
  String in() {
    return PREFIX + hex + "-IN";
  }

  /** Names what a server announces. */
  String out() {
    return PREFIX + hex + "-OUT";
  }

  /** Names what a client announces: its own prefix. */
  String own() {
    return PREFIX + hex + "-OWN";
  }

  /** Describes a neighbor. */
  String description() {
    return DESCRIPTION + hex;
  }

  /** Marks a static route, which has no name. It is never zero, which would be no tag. */
  long tag() {
    return Long.parseLong(hex.substring(0, TAG_DIGITS), 16) | 1;
  }
}
