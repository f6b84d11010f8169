package org.culvert.api.datapath;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.OuterEndpoints;

/**
 * A tunnel as a datapath needs to know it.
 *
 * @param id names the tunnel
 * @param wire what its packets look like outside
 * @param outer the exact outer addresses; packets from elsewhere are dropped
 * @param localAddress this end's inner address, the source of ICMP errors
 * @param remotePrefixes inner destinations that are sent into the tunnel, and the only inner
 *     sources that are let out of it
 * @param localPrefixes the only inner sources that are sent into the tunnel; empty: any
 * @param mtu inner MTU in octets
 * @param ownLink whether it has a device of its own, on which link-local and multicast packets of
 *     routing protocols pass in both directions, beside what the prefixes let pass
 */
public record CarriedTunnel(
    String id,
    WireFormat wire,
    OuterEndpoints outer,
    InetAddress localAddress,
    List<IpPrefix> remotePrefixes,
    List<IpPrefix> localPrefixes,
    int mtu,
    boolean ownLink) {

  /** Copies the lists. */
  public CarriedTunnel {
    remotePrefixes = List.copyOf(remotePrefixes);
    localPrefixes = List.copyOf(localPrefixes);
  }

  /** Describes a tunnel that carries only what its prefixes let pass. */
  public CarriedTunnel(
      String id,
      WireFormat wire,
      OuterEndpoints outer,
      InetAddress localAddress,
      List<IpPrefix> remotePrefixes,
      List<IpPrefix> localPrefixes,
      int mtu) {
    this(id, wire, outer, localAddress, remotePrefixes, localPrefixes, mtu, false);
  }

  /** Tells whether all inner addresses are of the version of IP that is carried. */
  public boolean isOfOneVersion() {
    boolean isIpv4 = wire.inner() == IpVersion.IPV4;
    return Stream.concat(remotePrefixes.stream(), localPrefixes.stream())
            .allMatch(prefix -> prefix.network() instanceof Inet4Address == isIpv4)
        && localAddress instanceof Inet4Address == isIpv4;
  }
}
