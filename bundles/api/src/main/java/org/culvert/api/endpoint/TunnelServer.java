package org.culvert.api.endpoint;

import java.net.InetAddress;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.culvert.api.net.IpPrefix;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * The endpoint that a broker commands, in this process or, by another implementation of this
 * service, elsewhere (the broker model of RFC 5572 section 2).
 */
@ConsumerType
public interface TunnelServer extends TunnelEndpoint {

  /**
   * Tells all that tunnels' addresses and prefixes are taken from. A packet to a part of it that no
   * tunnel has ends at the tunnel server and does not go back where it came from. The whole truth,
   * told before the first {@link #apply}.
   *
   * @return completes when the tunnel server knows it
   */
  CompletionStage<Void> serve(Set<IpPrefix> pools);

  /**
   * Tells the same, and which DNS resolvers clients are told to ask: those that run on the tunnel
   * server's own host are open to them.
   *
   * @return completes when the tunnel server knows it
   */
  default CompletionStage<Void> serve(Set<IpPrefix> pools, Set<InetAddress> resolvers) {
    return serve(pools);
  }
}
