package org.culvert.client;

import java.util.Locale;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;

/**
 * What the operator says about NAT64.
 *
 * @param sought whether a prefix is looked for
 * @param prefix the prefix that is used without looking
 */
record Nat64Wish(boolean sought, Optional<Nat64Prefix> prefix) {
  /** Looks for a prefix. */
  static final Nat64Wish AUTO = new Nat64Wish(true, Optional.empty());

  /** Uses no NAT64. */
  static final Nat64Wish NONE = new Nat64Wish(false, Optional.empty());

  /**
   * Reads {@code auto}, {@code none} or a prefix.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  static Nat64Wish parse(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "auto" -> AUTO;
      case "none" -> NONE;
      default -> new Nat64Wish(false, Optional.of(new Nat64Prefix(IpPrefix.parse(text.strip()))));
    };
  }
}
