package org.culvert.netdev.linux;

import java.util.Optional;

/**
 * The text that a tunnel device bears as its alias, for us to know it again and for people to see
 * in {@code ip link} which tunnel it is.
 */
final class OwnerMark {
  private static final String PREFIX = "culvert ";
  private static final String SEPARATOR = " tunnel ";

  /** The kernel takes no more octets. */
  private static final int LIMIT = 255;

  private OwnerMark() {}

  static String of(String owner, String tunnel) {
    String text = PREFIX + owner + SEPARATOR + tunnel.replaceAll("[^ -~]", "?");
    return text.substring(0, Math.min(text.length(), LIMIT));
  }

  /** Returns the owner that an alias names; empty if it is no mark of ours. */
  static Optional<String> owner(String alias) {
    int end = alias.indexOf(SEPARATOR);
    return alias.startsWith(PREFIX) && end > PREFIX.length()
        ? Optional.of(alias.substring(PREFIX.length(), end))
        : Optional.empty();
  }
}
