package org.culvert.conformance;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** A transport over an IP family: a case runs once on each of its legs. */
enum Leg {
  TCP4(true, true),
  TCP6(true, false),
  UDP4(false, true),
  UDP6(false, false);

  private final boolean tcp;
  private final boolean ipv4;

  Leg(boolean tcp, boolean ipv4) {
    this.tcp = tcp;
    this.ipv4 = ipv4;
  }

  static Leg of(boolean tcp, boolean ipv4) {
    return tcp ? (ipv4 ? TCP4 : TCP6) : (ipv4 ? UDP4 : UDP6);
  }

  boolean isTcp() {
    return tcp;
  }

  boolean isIpv4() {
    return ipv4;
  }

  /**
   * Reads words such as {@code udp ipv4}; each one narrows the choice.
   *
   * @throws IllegalArgumentException if a word is not understood
   */
  static Set<Leg> parse(String words) {
    Set<Leg> legs = EnumSet.allOf(Leg.class);
    for (String word : words.strip().split("\\s+", -1)) {
      switch (word) {
        case "all" -> {}
        case "tcp" -> legs.removeIf(leg -> !leg.tcp);
        case "udp" -> legs.removeIf(leg -> leg.tcp);
        case "ipv4" -> legs.removeIf(leg -> !leg.ipv4);
        case "ipv6" -> legs.removeIf(leg -> leg.ipv4);
        default -> throw new IllegalArgumentException("no transport or family is called " + word);
      }
    }
    return legs;
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
