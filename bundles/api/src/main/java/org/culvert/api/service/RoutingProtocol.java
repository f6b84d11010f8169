package org.culvert.api.service;

import java.util.Locale;
import java.util.Map;

/**
 * A way to route a delegated prefix, by its name in lower case. The set is open: whatever a {@link
 * RoutingService} offers can be negotiated.
 *
 * @param name one to sixteen letters, digits and hyphens
 */
public record RoutingProtocol(String name) {

  /** The tunnel server routes the prefix into the tunnel, and nothing is spoken. */
  public static final RoutingProtocol STATIC = new RoutingProtocol("static");

  /** BGP-4 with its extensions for IPv6 (RFC 4271, RFC 2545). */
  public static final RoutingProtocol BGP = new RoutingProtocol("bgp");

  /** OSPF for IPv6 (RFC 5340). */
  public static final RoutingProtocol OSPF = new RoutingProtocol("ospf");

  /** RIPng (RFC 2080). */
  public static final RoutingProtocol RIP = new RoutingProtocol("rip");

  /** Other spellings; neither document lists the names that the attribute may have. */
  private static final Map<String, RoutingProtocol> SPELLINGS =
      Map.ofEntries(
          Map.entry("none", STATIC),
          Map.entry("bgp4", BGP),
          Map.entry("bgp4+", BGP),
          Map.entry("bgp-4+", BGP),
          Map.entry("ospfv3", OSPF),
          Map.entry("ospf6", OSPF),
          Map.entry("ripng", RIP));

  /** Refuses a name that does not look like one. */
  public RoutingProtocol {
    if (!name.matches("[a-z0-9-]{1,16}")) {
      throw new IllegalArgumentException("not the name of a routing protocol: \"" + name + "\"");
    }
  }

  /**
   * Reads the attribute {@code protocol} of a {@code router} element, in any case and spelling.
   *
   * @throws IllegalArgumentException if the text cannot be a protocol's name
   */
  public static RoutingProtocol of(String text) {
    String lower = text.trim().toLowerCase(Locale.ROOT);
    RoutingProtocol known = SPELLINGS.get(lower);
    return known != null ? known : new RoutingProtocol(lower);
  }

  @Override
  public String toString() {
    return name;
  }
}
