package org.culvert.api.tunnel;

import java.util.Locale;

/**
 * A tunnel type by its name in TSP, for example {@code v6udpv4}.
 *
 * <p>The set is open: whoever registers an encapsulation adds a type.
 *
 * @param name letters and digits in lower case
 */
public record TunnelType(String name) implements Comparable<TunnelType> {
  /** IPv6 in IPv4, protocol 41. */
  public static final TunnelType V6V4 = new TunnelType("v6v4");

  /** IPv6 in UDP in IPv4, where a NAT is in the path. */
  public static final TunnelType V6UDPV4 = new TunnelType("v6udpv4");

  /** IPv4 in IPv6 (DSTM), protocol 4. */
  public static final TunnelType V4V6 = new TunnelType("v4v6");

  /**
   * The request to choose between {@link #V6V4} and {@link #V6UDPV4}; no tunnel ever has this type.
   */
  public static final TunnelType V6ANYV4 = new TunnelType("v6anyv4");

  /** Refuses anything but 1 to 16 lower-case letters and digits. */
  public TunnelType {
    if (!name.matches("[a-z0-9]{1,16}")) {
      throw new IllegalArgumentException("not a tunnel type");
    }
  }

  /** Returns the name as the CAPABILITY line spells it. */
  public String capability() {
    return name.toUpperCase(Locale.ROOT);
  }

  @Override
  public int compareTo(TunnelType other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
