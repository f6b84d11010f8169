package org.culvert.api.netdev;

import java.net.InetAddress;
import java.util.List;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.OuterEndpoints;

/**
 * One tunnel device as it should be.
 *
 * @param name the device's name, 1 to 15 letters, digits, {@code .}, {@code _} or {@code -}
 * @param tunnel names the tunnel, for people who look at the device
 * @param wire what its packets look like outside; without UDP
 * @param outer the exact outer addresses
 * @param localAddress this end's inner address, which nothing that comes in may claim as its source
 * @param remotePrefixes the only inner sources that are let out of the tunnel
 * @param localPrefixes the only inner sources that are sent into the tunnel; empty: any
 * @param mtu inner MTU in octets
 * @param ownLink whether link-local and multicast packets of routing protocols pass in both
 *     directions, beside what the prefixes let pass
 */
public record TunnelDevice(
    String name,
    String tunnel,
    WireFormat wire,
    OuterEndpoints outer,
    InetAddress localAddress,
    List<IpPrefix> remotePrefixes,
    List<IpPrefix> localPrefixes,
    int mtu,
    boolean ownLink) {

  /** Copies the lists. */
  public TunnelDevice {
    remotePrefixes = List.copyOf(remotePrefixes);
    localPrefixes = List.copyOf(localPrefixes);
  }

  /** Describes a device that carries only what its prefixes let pass. */
  public TunnelDevice(
      String name,
      String tunnel,
      WireFormat wire,
      OuterEndpoints outer,
      InetAddress localAddress,
      List<IpPrefix> remotePrefixes,
      List<IpPrefix> localPrefixes,
      int mtu) {
    this(name, tunnel, wire, outer, localAddress, remotePrefixes, localPrefixes, mtu, false);
  }
}
