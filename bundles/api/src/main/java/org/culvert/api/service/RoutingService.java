package org.culvert.api.service;

import java.util.Set;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Speaks routing protocols through tunnels, at the server's end or the client's (RFC 5572 section
 * 2). Of those that speak a protocol the one of the highest service ranking is used.
 *
 * <p>At the server's end nothing but the tunnel's own prefix is accepted from the client.
 */
@ConsumerType
public interface RoutingService extends TunnelService {

  /** Returns the protocols that can be agreed on now. Does not block. */
  Set<RoutingProtocol> protocols();

  /**
   * Tells how the routing stands for a tunnel, in one line for the shell, for example {@code
   * Established, 1 prefix}. It blocks.
   */
  String state(ServedTunnel tunnel) throws ServiceException;
}
