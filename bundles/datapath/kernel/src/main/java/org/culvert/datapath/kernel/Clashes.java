package org.culvert.datapath.kernel;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.datapath.CarriedTunnel;
import org.culvert.api.net.IpPrefix;

/**
 * Tunnels that the kernel could not tell apart, or not carry, found while they are gone through.
 */
final class Clashes {
  private final Set<IpPrefix> prefixes = new HashSet<>();
  private final Set<List<Object>> ends = new HashSet<>();

  /** Takes the next tunnel; returns why it cannot be carried beside those before. */
  Optional<String> with(CarriedTunnel tunnel) {
    InetSocketAddress local = tunnel.outer().local();
    if (!ends.add(List.of(tunnel.wire(), local, tunnel.outer().remote()))) {
      return Optional.of("another tunnel has the same outer addresses");
    }
    if (!tunnel.isOfOneVersion()) {
      return Optional.of("its inner addresses are not those of its type");
    }
    if (tunnel.remotePrefixes().stream().anyMatch(prefixes::contains)) {
      return Optional.of("another tunnel has the same inner prefix");
    }
    prefixes.addAll(tunnel.remotePrefixes());
    return Optional.empty();
  }
}
