package org.culvert.netdev.linux;

/**
 * Lets the outer network fragment what a tunnel sends.
 *
 * <p>A tunnel's MTU is fixed (1280 unless configured), so the outer header must not say Don't
 * Fragment (RFC 4213 section 3.2.1): on a link narrower than that, and to a sender that no ICMP
 * reaches, a fragmented packet is better than none. It also means that a forged "too big" for the
 * outer path changes nothing for the tunnels.
 */
final class Fragmentation {
  private static final int IPPROTO_IP = 0;
  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_MTU_DISCOVER = 23;
  private static final int PMTUDISC_DONT = 0;

  private Fragmentation() {}

  static void allow(int fd, Family family) {
    if (family == Family.IPV4) {
      BatchedSocket.option(fd, IPPROTO_IP, IP_MTU_DISCOVER, PMTUDISC_DONT);
    } else {
      BatchedSocket.option(fd, IPPROTO_IPV6, IPV6_MTU_DISCOVER, PMTUDISC_DONT);
    }
  }
}
