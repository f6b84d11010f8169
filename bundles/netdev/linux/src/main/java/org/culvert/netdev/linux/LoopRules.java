package org.culvert.netdev.linux;

import java.util.List;

/**
 * Finds packets that go round through tunnels, in the words of {@code nft}, which looks behind
 * extension headers by itself.
 *
 * <p>Tunnels' packets are those of the protocols 4 and 41, and IPv6 in UDP on TSP's port.
 */
final class LoopRules {
  private static final String IN_IP = "meta l4proto { 4, 41 }";

  /** Bits are counted from the UDP header; the packet inside begins at 64 with its version. */
  private static final String VERSION_6 = " @th,64,4 6";

  /**
   * The limit of RFC 2473 section 4.1.1 at its usual place, first among the destination options
   * right behind the IPv6 header: type 4, length 1, and no tunnel left.
   */
  private static final String LIMIT_USED_UP = "ip6 nexthdr 60 @nh,336,24 0x040100";

  private LoopRules() {}

  /** Returns what matches packets out of a tunnel that this host would unpack once more. */
  static List<String> inward() {
    return List.of(
        IN_IP + " fib daddr type local", "udp dport 3653" + VERSION_6 + " fib daddr type local");
  }

  /**
   * Returns what matches packets into a tunnel that this host has packed itself, or that may enter
   * no other tunnel.
   */
  static List<String> outward(boolean six) {
    List<String> own =
        List.of(
            IN_IP + " fib saddr type local",
            "udp sport 3653" + VERSION_6 + " fib saddr type local");
    return six ? List.of(own.get(0), own.get(1), LIMIT_USED_UP) : own;
  }
}
