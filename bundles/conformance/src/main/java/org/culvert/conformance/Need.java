package org.culvert.conformance;

import java.util.Locale;

/**
 * What a case cannot do without.
 *
 * @param kind what sort of thing
 * @param value which one, in upper case; empty where there is only one
 */
record Need(Kind kind, String value) {

  /** Sorts of needs. */
  enum Kind {
    /** A user's name and password. */
    CREDENTIALS,
    /** A password whose hash has a zero octet, as a defect of old clients needs it. */
    ZERO_OCTET,
    /** A mechanism in the CAPABILITY line. */
    MECHANISM,
    /** A mechanism that is not in the CAPABILITY line. */
    NO_MECHANISM,
    /** A tunnel type in the CAPABILITY line. */
    TUNNEL,
    /** A tunnel type that is not in the CAPABILITY line. */
    NO_TUNNEL,
    /** That no other case runs beside this one. */
    ALONE,
    /** More than a second or two of waiting. */
    TIME,
    /** A server that has limits, and not those of a busy one. */
    LIMITS
  }

  /**
   * Reads {@code credentials}, {@code mechanism:PLAIN} and the like.
   *
   * @throws IllegalArgumentException if it is not understood
   */
  static Need parse(String word) {
    String[] parts = word.split(":", 2);
    Kind kind = Kind.valueOf(parts[0].replace('-', '_').toUpperCase(Locale.ROOT));
    return new Need(kind, parts.length == 2 ? parts[1].toUpperCase(Locale.ROOT) : "");
  }

  @Override
  public String toString() {
    String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    return value.isEmpty() ? name : name + ":" + value;
  }
}
