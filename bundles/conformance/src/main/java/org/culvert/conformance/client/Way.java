package org.culvert.conformance.client;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** A transport over an IP family, by which a client comes. */
enum Way {
  TCP4(true, true),
  TCP6(true, false),
  UDP4(false, true),
  UDP6(false, false);

  /** Where a script runs that does not say. */
  static final Set<Way> USUAL = EnumSet.of(TCP4, UDP4);

  private final boolean tcp;
  private final boolean ipv4;

  Way(boolean tcp, boolean ipv4) {
    this.tcp = tcp;
    this.ipv4 = ipv4;
  }

  boolean isTcp() {
    return tcp;
  }

  boolean isIpv4() {
    return ipv4;
  }

  /**
   * Reads words such as {@code udp ipv4}; each one narrows the choice. Without a family it is IPv4.
   *
   * @throws IllegalArgumentException if a word is not understood
   */
  static Set<Way> parse(String words) {
    Set<Way> ways = EnumSet.allOf(Way.class);
    boolean family = false;
    for (String word : words.strip().split("\\s+", -1)) {
      switch (word) {
        case "all" -> family = true;
        case "tcp" -> ways.removeIf(way -> !way.tcp);
        case "udp" -> ways.removeIf(way -> way.tcp);
        case "ipv4" -> ways.removeIf(way -> !way.ipv4);
        case "ipv6" -> {
          ways.removeIf(way -> way.ipv4);
          family = true;
        }
        default -> throw new IllegalArgumentException("no transport or family is called " + word);
      }
    }
    if (!family) {
      ways.retainAll(USUAL);
    }
    return ways;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
