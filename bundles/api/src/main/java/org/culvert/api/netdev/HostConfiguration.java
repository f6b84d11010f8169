package org.culvert.api.netdev;

import java.net.InetAddress;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * The whole of what a host should have for one side's tunnels, beside their devices.
 *
 * @param side whose it is; a host can be both sides
 * @param deadEnds prefixes where packets end that no other route takes: their senders are told that
 *     the destination is unreachable
 * @param sourceRoutes which packets leave through a tunnel because of their source
 * @param forwarded the IP versions that the host must forward
 * @param neighbors addresses behind tunnels; where one is in the prefix of another link, the
 *     neighbors there look for it on the link
 * @param allowed the host's own settings that may be changed
 * @param closed names of interfaces by which IPv4 for tunnels is not to come in, as the operator
 *     says: that they do not forward it is not missing
 * @param guard what may be reached from tunnels; empty: nobody guards that, and what guarded it
 *     before stays
 */
public record HostConfiguration(
    Side side,
    Set<IpPrefix> deadEnds,
    Set<SourceRoute> sourceRoutes,
    Set<IpVersion> forwarded,
    Set<InetAddress> neighbors,
    Set<HostSetting> allowed,
    Set<String> closed,
    Optional<HostGuard> guard) {

  /** Copies the sets. */
  public HostConfiguration {
    deadEnds = Set.copyOf(deadEnds);
    sourceRoutes = Set.copyOf(sourceRoutes);
    forwarded = Set.copyOf(forwarded);
    neighbors = Set.copyOf(neighbors);
    allowed = Set.copyOf(allowed);
    closed = Set.copyOf(closed);
  }

  /** Describes a host of which no interface is closed by intent. */
  public HostConfiguration(
      Side side,
      Set<IpPrefix> deadEnds,
      Set<SourceRoute> sourceRoutes,
      Set<IpVersion> forwarded,
      Set<InetAddress> neighbors,
      Set<HostSetting> allowed) {
    this(side, deadEnds, sourceRoutes, forwarded, neighbors, allowed, Set.of());
  }

  /** Describes a host that is not guarded from tunnels. */
  public HostConfiguration(
      Side side,
      Set<IpPrefix> deadEnds,
      Set<SourceRoute> sourceRoutes,
      Set<IpVersion> forwarded,
      Set<InetAddress> neighbors,
      Set<HostSetting> allowed,
      Set<String> closed) {
    this(side, deadEnds, sourceRoutes, forwarded, neighbors, allowed, closed, Optional.empty());
  }

  /** Returns the same where these interfaces are closed by intent. */
  public HostConfiguration closing(Set<String> interfaces) {
    return new HostConfiguration(
        side, deadEnds, sourceRoutes, forwarded, neighbors, allowed, interfaces, guard);
  }

  /** Returns the same where this may be reached from tunnels. */
  public HostConfiguration guardedBy(HostGuard now) {
    return new HostConfiguration(
        side, deadEnds, sourceRoutes, forwarded, neighbors, allowed, closed, Optional.of(now));
  }

  /** Describes a host that needs nothing for this side. */
  public static HostConfiguration nothing(Side side) {
    return new HostConfiguration(side, Set.of(), Set.of(), Set.of(), Set.of(), Set.of());
  }
}
