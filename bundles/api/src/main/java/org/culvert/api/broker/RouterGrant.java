package org.culvert.api.broker;

import java.util.List;
import org.culvert.api.net.IpPrefix;

/**
 * The {@code router} element of a reply.
 *
 * @param prefix the prefix delegated to the client
 * @param dnsServers the name servers that its reverse zone is delegated to
 */
public record RouterGrant(IpPrefix prefix, List<DnsServer> dnsServers) {

  /** Copies the list. */
  public RouterGrant {
    dnsServers = List.copyOf(dnsServers);
  }
}
