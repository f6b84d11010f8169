package org.culvert.dns.update;

import java.util.Optional;
import java.util.regex.Pattern;
import org.xbill.DNS.Name;
import org.xbill.DNS.TextParseException;

/**
 * Reads host names: letters, digits and hyphens only (RFC 1123 section 2.1). Names as records have
 * them may hold any octet, and what may be a host may not.
 */
final class HostNames {
  /** How many octets a name has at most (RFC 1035 section 3.1). */
  static final int LONGEST_NAME = 255;

  private static final int LONGEST = 253;
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private HostNames() {}

  /** Tells whether a text is one label of a host name, in lower case. */
  static boolean isLabel(String text) {
    return LABEL.matcher(text).matches();
  }

  /**
   * Reads a full name, with or without a dot at its end, in lower case.
   *
   * @throws IllegalArgumentException if it is no host name; the text is not repeated
   */
  static Name parse(String text) {
    String bare = text.endsWith(".") ? text.substring(0, text.length() - 1) : text;
    if (bare.isEmpty() || bare.length() > LONGEST) {
      throw new IllegalArgumentException("a host name has 1 to " + LONGEST + " characters");
    }
    for (String label : bare.split("\\.", -1)) {
      if (!isLabel(label)) {
        throw new IllegalArgumentException(
            "a label has 1 to 63 of the characters a-z, 0-9 and -, and no - at an end");
      }
    }
    return absolute(bare);
  }

  /** Reads a full name as {@link #parse} does; empty: it is no host name. */
  static Optional<Name> find(String text) {
    try {
      return Optional.of(parse(text));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Makes a name of text that was checked. */
  static Name absolute(String text) {
    try {
      return Name.fromString(text, Name.root);
    } catch (TextParseException e) {
      throw new IllegalArgumentException("no name can be made of it: " + e.getMessage(), e);
    }
  }

  /** Returns a label in front of a name. */
  static Name below(String label, Name name) {
    try {
      return Name.fromString(label, name);
    } catch (TextParseException e) {
      throw new IllegalArgumentException("the name becomes too long: " + e.getMessage(), e);
    }
  }

  /** Tells whether a name is another one, or lies below it. */
  static boolean within(Name name, Name other) {
    return name.subdomain(other);
  }

  /** Writes a name without the dot at its end. */
  static String text(Name name) {
    return name.toString(true);
  }
}
