package org.culvert.netdev.linux;

import java.lang.ref.Reference;

/**
 * Says of one socket whether what it sends may be cut on its way (RFC 4213 section 3.2, RFC 4459).
 *
 * <p>A tunnel must carry 1280 octets whatever the outer path is like, so what is no larger may be
 * cut: on a link narrower than that, and to a sender that no ICMP reaches, a packet in pieces is
 * better than none. What is larger is sent only where somebody has seen that the path carries it,
 * and it stays whole: else a path that shrank would cut every packet, and nobody would notice.
 *
 * <p>What routers report about the outer path changes nothing here, for it may be forged. Only over
 * IPv6, where none but the sender can cut, does the kernel cut by what it was told; it never
 * believes less than 1280.
 *
 * <p>Packets differ, but the kernel asks the socket: the option changes once at most in a burst.
 * What is so small that every path carries it goes along with either.
 */
final class Fragmentation {
  /** The longest inner packet that fits 576 octets with a UDP header and an IPv4 header. */
  private static final int FITS_ALWAYS = 548;

  private static final int IP_MTU_DISCOVER = 10;
  private static final int IPV6_MTU_DISCOVER = 23;

  /** Cuts by what the kernel learned of the path. */
  private static final int PMTUDISC_DONT = 0;

  /** Forbids cutting, and does not believe what was learned. */
  private static final int PMTUDISC_PROBE = 3;

  /** Cuts by the first link's MTU and does not listen to reports. */
  private static final int PMTUDISC_OMIT = 5;

  private final int fd;
  private final Family family;
  private final Block value = Block.of(8);
  private boolean whole;

  private Fragmentation(int fd, Family family) {
    this.fd = fd;
    this.family = family;
  }

  /** Begins with a socket that lets everything be cut. */
  static Fragmentation of(int fd, Family family) {
    Fragmentation fragmentation = new Fragmentation(fd, family);
    fragmentation.whole(false);
    return fragmentation;
  }

  /** Tells whether a packet can leave as the socket is set now. */
  boolean suits(int length, boolean uncut) {
    return uncut == whole || length <= FITS_ALWAYS;
  }

  /** Tells whether the socket is set to let nothing be cut. */
  boolean isWhole() {
    return whole;
  }

  /** Sets the socket for the packets that follow. */
  void whole(boolean uncut) {
    whole = uncut;
    int option = family == Family.IPV4 ? IP_MTU_DISCOVER : IPV6_MTU_DISCOVER;
    int cut = family == Family.IPV4 ? PMTUDISC_OMIT : PMTUDISC_DONT;
    value.host().putInt(0, uncut ? PMTUDISC_PROBE : cut);
    Libc.setsockopt(fd, family.level(), option, value.address(), 4);
    Reference.reachabilityFence(value);
  }
}
