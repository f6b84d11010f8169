package org.culvert.endpoint;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * What lies behind a server's tunnels. A tunnel whose other end lies there is not opened: its
 * packets would go into another tunnel, and with two such tunnels round for ever (RFC 6324). The
 * broker refuses it before; this is for tunnels that were agreed on under other pools.
 */
final class InnerPrefixes {
  /** Whose each prefix is; there are few lengths. */
  private final Map<Integer, Map<InetAddress, String>> byLength = new HashMap<>();

  /** Looks at all tunnels that are desired. */
  InnerPrefixes(Collection<TunnelParameters> tunnels) {
    for (TunnelParameters tunnel : tunnels) {
      if (tunnel.side() == Side.SERVER) {
        for (IpPrefix prefix : tunnel.remotePrefixes()) {
          byLength
              .computeIfAbsent(prefix.length(), length -> new HashMap<>())
              .put(prefix.network(), tunnel.id());
        }
      }
    }
  }

  /** Says through which other tunnel a tunnel's other end would be reached; empty: none. */
  Optional<String> obstacle(TunnelParameters tunnel) {
    InetAddress remote = tunnel.outer().remote().getAddress();
    if (tunnel.side() != Side.SERVER || remote == null) {
      return Optional.empty();
    }
    int bits = remote.getAddress().length * Byte.SIZE;
    return byLength.entrySet().stream()
        .filter(entry -> entry.getKey() <= bits)
        .flatMap(
            entry ->
                Optional.ofNullable(
                    entry.getValue().get(IpPrefix.containing(remote, entry.getKey()).network()))
                    .stream())
        .findFirst()
        .map(
            other ->
                "its other end "
                    + UserAddresses.text(remote)
                    + " is inside tunnel "
                    + other
                    + ", and packets would go round; its client has to ask from an address outside"
                    + " the tunnels; type: culvert:tunnel-delete "
                    + tunnel.id());
  }
}
