package org.culvert.api.tunnel;

/**
 * Why a datapath dropped a packet. Every drop is counted under one of these, and none is logged.
 */
public enum DropReason {
  /** The outer source is no tunnel's other end. */
  UNKNOWN_OUTER_SOURCE("outer source"),
  /** The inner source lies outside what was assigned to the tunnel. */
  INNER_SOURCE("inner source"),
  /** The inner source or destination is one that no tunnel may carry (link-local, multicast, …). */
  MARTIAN("martian"),
  /** The packet has been in tunnels too often, or would be unpacked here twice. */
  LOOP("loop"),
  /** The packet goes from one tunnel to another, and those may not reach each other. */
  ISOLATED("isolated"),
  /** The packet goes from a tunnel to a service of this host that is closed to tunnels. */
  CLOSED_HOST("closed host"),
  /** The packet is shorter than its header says, or no packet at all. */
  MALFORMED("malformed"),
  /** The hop limit ran out. */
  HOP_LIMIT("hop limit"),
  /** The packet does not fit the tunnel's MTU; its sender was told. */
  TOO_BIG("too big"),
  /** No tunnel leads to the inner destination. */
  NO_ROUTE("no route"),
  /** This host's operating system refused to send the packet to the tunnel's other end. */
  OUTER_REFUSED("outer refused"),
  /** The network marked congestion on a packet whose sender does not know of that mark. */
  CONGESTION_MARK("congestion mark"),
  /** The operating system had no room for the packet. */
  CONGESTION("congestion");

  private final String label;

  DropReason(String label) {
    this.label = label;
  }

  /** Returns a short name for tables. */
  public String label() {
    return label;
  }
}
