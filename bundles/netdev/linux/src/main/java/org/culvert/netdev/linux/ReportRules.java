package org.culvert.netdev.linux;

import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.tunnel.TunnelParameters;

/**
 * Keeps from the kernel's tunnel drivers what is reported about packets of our tunnels, in the
 * words of {@code nft}.
 *
 * <p>The drivers believe whatever quotes the outer addresses of a tunnel. They tell a host inside
 * that a packet was lost, or lose the tunnel's next packets themselves, and nothing shows them
 * whether the packet that is quoted was ever sent. So they are told nothing.
 *
 * <p>"Too big" is different where a tunnel carries no more than every path of IPv6 does: there the
 * kernel needs it to cut packets for a path that is narrower still, and cannot lower the MTU by it.
 * Where more was found to pass, probes have shown it, and see themselves when that ends.
 *
 * <p>Only what quotes a pair of addresses of one of our devices is meant: the tunnels of others,
 * and those of the other datapaths, hear of what they sent.
 */
final class ReportRules {
  private static final String PAIR4 = "typeof @th,160,64";
  private static final String PAIR6 = "typeof @th,128,256";

  /** What stands in these four sets decides. */
  private static final List<String> SETS =
      List.of(
          "pairs4 { " + PAIR4 + "; }",
          "pairs6 { " + PAIR6 + "; }",
          "wide4 { " + PAIR4 + "; }",
          "wide6 { " + PAIR6 + "; }");

  /** Extension headers, behind which the kernel looks for the protocol (RFC 8200 section 4). */
  private static final String EXTENSIONS = "0, 43, 44, 51, 60";

  private ReportRules() {}

  static List<String> sets() {
    return SETS;
  }

  /**
   * Returns the rules of a chain that packets to this host pass, where IPv4 is whole again.
   *
   * <p>Numbers count bits from the beginning of the report; the header that it quotes begins at 64.
   * A report that comes in pieces could hide what it quotes; it never is so long that it must (RFC
   * 4443 section 2.4).
   */
  static String[] rules() {
    return new String[] {
      "icmp type destination-unreachable icmp code frag-needed @th,136,8 41 @th,160,64 @wide4"
          + " counter drop",
      "icmp type destination-unreachable icmp code frag-needed accept",
      "icmp type { destination-unreachable, time-exceeded, parameter-problem }"
          + " @th,136,8 41 @th,160,64 @pairs4 counter drop",
      "icmpv6 type 1-4 exthdr frag exists counter drop",
      "icmpv6 type packet-too-big @th,112,8 { 4, "
          + EXTENSIONS
          + " } @th,128,256 @wide6"
          + " counter drop",
      "icmpv6 type packet-too-big accept",
      "icmpv6 type 1-4 @th,112,8 { 4, " + EXTENSIONS + " } @th,128,256 @pairs6 counter drop"
    };
  }

  /** Returns what a device puts into the sets: its outer addresses, in the order of a header. */
  static Set<String> elements(TunnelDevice device) {
    Set<String> elements = new TreeSet<>();
    TunnelKind.of(device.wire())
        .ifPresent(
            kind -> {
              String family = kind.isIpv6Inside() ? "4" : "6";
              String pair = " { 0x" + pair(device) + " }";
              elements.add("pairs" + family + pair);
              if (device.mtu() > TunnelParameters.MINIMUM_MTU) {
                elements.add("wide" + family + pair);
              }
            });
    return elements;
  }

  private static String pair(TunnelDevice device) {
    HexFormat hex = HexFormat.of();
    return hex.formatHex(device.outer().local().getAddress().getAddress())
        + hex.formatHex(device.outer().remote().getAddress().getAddress());
  }
}
