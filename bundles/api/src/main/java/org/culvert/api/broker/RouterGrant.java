package org.culvert.api.broker;

import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;

/**
 * The {@code router} element of a reply.
 *
 * @param prefix the prefix delegated to the client
 * @param dnsServers the name servers that its reverse zone is delegated to
 * @param routing how it is routed
 */
public record RouterGrant(IpPrefix prefix, List<DnsServer> dnsServers, RoutingAgreement routing) {

  /** Copies the list. */
  public RouterGrant {
    dnsServers = List.copyOf(dnsServers);
  }

  /** Grants a prefix that is routed statically. */
  public RouterGrant(IpPrefix prefix, List<DnsServer> dnsServers) {
    this(prefix, dnsServers, RoutingAgreement.STATIC);
  }
}
