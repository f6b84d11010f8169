package org.culvert.netdev.linux;

import java.lang.ref.Reference;

/** Which messages a raw socket for ICMP gets: those that report about packets of this host's. */
enum IcmpErrors {
  /** Destination unreachable, time exceeded, parameter problem. {@code ICMP_FILTER}: a bit each. */
  IPV4(255, 1, 1, 3, 11, 12),
  /** Destination unreachable, packet too big, time exceeded, parameter problem. */
  IPV6(58, 1, 8, 1, 2, 3, 4);

  private final int level;
  private final int option;
  private final int words;
  private final int[] types;

  IcmpErrors(int level, int option, int words, int... types) {
    this.level = level;
    this.option = option;
    this.words = words;
    this.types = types;
  }

  /** Sets the filter; a bit that is set keeps a type out. */
  void only(int fd) {
    Block filter = Block.of(words * Integer.BYTES);
    for (int i = 0; i < words; i++) {
      filter.host().putInt(i * Integer.BYTES, ~0);
    }
    for (int type : types) {
      int at = type / Integer.SIZE * Integer.BYTES;
      int word = filter.host().getInt(at);
      filter.host().putInt(at, word & ~(1 << type % Integer.SIZE));
    }
    Libc.setsockopt(fd, level, option, filter.address(), words * Integer.BYTES);
    Reference.reachabilityFence(filter);
  }
}
