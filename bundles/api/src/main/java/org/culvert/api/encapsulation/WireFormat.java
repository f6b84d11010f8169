package org.culvert.api.encapsulation;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * What a tunnel's packets look like on the wire, as data that every datapath can carry out.
 *
 * @param outer the IP version outside
 * @param inner the IP version inside
 * @param carrier what stands between the two headers
 */
public record WireFormat(IpVersion outer, IpVersion inner, Carrier carrier) {
  private static final int UDP_HEADER = 8;

  /** An IP version with the length of its fixed header in octets. */
  public enum IpVersion {
    /** IPv4. */
    IPV4(20),
    /** IPv6. */
    IPV6(40);

    private final int header;

    IpVersion(int header) {
      this.header = header;
    }

    /** Returns IPv4 or, if it is not that, IPv6. */
    public static IpVersion of(boolean isIpv4) {
      return isIpv4 ? IPV4 : IPV6;
    }

    /** Returns the version of an address. */
    public static IpVersion of(InetAddress address) {
      return of(address instanceof Inet4Address);
    }
  }

  /** What stands between the outer and the inner header. */
  public sealed interface Carrier {

    /** A UDP header and nothing else, on the very addresses and ports of the signaling session. */
    record Udp() implements Carrier {}

    /**
     * Nothing: the outer header names the inner protocol.
     *
     * @param number the IP protocol number
     */
    record IpProtocol(int number) implements Carrier {}
  }

  /**
   * Returns the format that a client sends which has no IPv4: a NAT64 makes UDP over IPv4 of its
   * UDP over IPv6, and back (RFC 6146). What is not translated is the same at both ends.
   *
   * @param here the IP version of the client's outer addresses
   */
  public WireFormat sentOver(IpVersion here) {
    boolean translated = inUdp() && outer == IpVersion.IPV4 && here == IpVersion.IPV6;
    return translated ? new WireFormat(here, inner, carrier) : this;
  }

  /** Tells whether there is a UDP header between the two. */
  public boolean inUdp() {
    return carrier instanceof Carrier.Udp;
  }

  /** Returns the octets that the encapsulation adds to a packet. */
  public int overhead() {
    return outer.header + (inUdp() ? UDP_HEADER : 0);
  }
}
