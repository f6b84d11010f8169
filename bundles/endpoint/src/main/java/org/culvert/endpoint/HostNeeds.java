package org.culvert.endpoint;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.SourceRoute;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;

/** Works out what a host needs for the tunnels that are desired and those of them that stand. */
final class HostNeeds {
  /** One more than a host answers for on a link, so that it sees that there are too many. */
  private static final int MOST_NEIGHBORS = 1001;

  private HostNeeds() {}

  /**
   * Returns what a tunnel server needs.
   *
   * @param device tells the device that a tunnel stands on, if it does
   */
  static HostConfiguration ofServer(
      HostSettings settings,
      Set<IpPrefix> pools,
      Collection<TunnelParameters> tunnels,
      Set<InetAddress> neighbors,
      Function<String, Optional<String>> device) {
    Set<IpVersion> forwarded = EnumSet.noneOf(IpVersion.class);
    for (TunnelParameters tunnel : tunnels) {
      IpVersion version = version(tunnel);
      if (!forwarded.contains(version) && device.apply(tunnel.id()).isPresent()) {
        forwarded.add(version);
        if (forwarded.size() == IpVersion.values().length) {
          break;
        }
      }
    }
    return new HostConfiguration(
        Side.SERVER, pools, Set.of(), forwarded, neighbors, settings.allowed(), settings.closed());
  }

  /** Returns the addresses that neighbors of the server may look for; not all, if they are many. */
  static Set<InetAddress> neighbors(Collection<TunnelParameters> tunnels) {
    return tunnels.stream()
        .filter(tunnel -> version(tunnel) == IpVersion.IPV6)
        .limit(MOST_NEIGHBORS)
        .map(TunnelParameters::remoteAddress)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns what a tunnel client needs. */
  static HostConfiguration ofClient(
      HostSettings settings,
      Collection<TunnelParameters> tunnels,
      Function<String, Optional<String>> device) {
    Set<IpPrefix> deadEnds = new HashSet<>();
    Set<SourceRoute> sourceRoutes = new HashSet<>();
    Set<IpVersion> forwarded = EnumSet.noneOf(IpVersion.class);
    for (TunnelParameters tunnel : tunnels) {
      List<IpPrefix> networks = networks(tunnel);
      deadEnds.addAll(networks);
      Optional<String> stands = device.apply(tunnel.id());
      if (stands.isPresent()) {
        if (isForwarded(tunnel, version(tunnel))) {
          forwarded.add(version(tunnel));
        }
        if (settings.sourceRules() && isDefaultRoute(tunnel)) {
          for (IpPrefix source : tunnel.localPrefixes()) {
            sourceRoutes.add(
                new SourceRoute(source, stands.get(), settings.table(), settings.priority()));
          }
        }
      }
    }
    return new HostConfiguration(
        Side.CLIENT,
        deadEnds,
        sourceRoutes,
        forwarded,
        Set.of(),
        settings.allowed(),
        settings.closed());
  }

  /**
   * Tells whether what comes out of a tunnel in a version of IP goes on from this host: at a
   * server, and at a client that has a prefix.
   */
  static boolean isForwarded(TunnelParameters tunnel, IpVersion version) {
    return version(tunnel) == version
        && (tunnel.side() == Side.SERVER || !networks(tunnel).isEmpty());
  }

  /** Returns the prefixes behind this end; none while it may send nothing yet. */
  private static List<IpPrefix> networks(TunnelParameters tunnel) {
    IpPrefix host = IpPrefix.host(tunnel.localAddress());
    return tunnel.localPrefixes().stream()
        .filter(prefix -> prefix.length() < host.length())
        .toList();
  }

  private static boolean isDefaultRoute(TunnelParameters tunnel) {
    return tunnel.localPrefixes().contains(IpPrefix.host(tunnel.localAddress()))
        && tunnel.remotePrefixes().stream().anyMatch(prefix -> prefix.length() == 0);
  }

  private static IpVersion version(TunnelParameters tunnel) {
    return tunnel.localAddress() instanceof Inet4Address ? IpVersion.IPV4 : IpVersion.IPV6;
  }
}
