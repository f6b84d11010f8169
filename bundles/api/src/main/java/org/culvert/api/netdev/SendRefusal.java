package org.culvert.api.netdev;

/**
 * Why this host's operating system refused to send a packet to its outer peer: not for want of
 * room, but because its routes, its rules or its packet filter say so.
 */
public enum SendRefusal {
  /** It was not refused. */
  NONE(""),
  /** A packet filter drops it on its way out. */
  FILTERED("a packet filter of this host drops them"),
  /** A route or a rule says {@code prohibit}. */
  PROHIBITED("a route or a rule of this host prohibits them"),
  /** A route says {@code blackhole}. */
  BLACKHOLE("a route or a rule of this host is a blackhole for them"),
  /** A route says {@code unreachable}. */
  HOST_UNREACHABLE("a route of this host says that it cannot be reached"),
  /** There is no route, or a rule says {@code unreachable}. */
  NO_ROUTE("this host has no route to it, or a rule says that it cannot be reached"),
  /** The interface that it should leave by is down. */
  NETWORK_DOWN("the interface to it is down"),
  /** The tunnel's own outer address is not on this host. */
  NO_SOURCE("the address that they come from is not on this host"),
  /** The operating system says something else. */
  OTHER("this host's kernel does not say why");

  private final String words;

  SendRefusal(String words) {
    this.words = words;
  }

  /** Returns the reason in words that follow "refuses packets to ADDRESS:". */
  public String words() {
    return words;
  }
}
