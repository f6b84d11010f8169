package org.culvert.api.service;

import java.util.List;
import java.util.Optional;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * Enters tunnels in the DNS: the client's address under a name, the way back from the address, and
 * the delegation of the prefix's reverse zone (RFC 5572 section 2). The one of the highest service
 * ranking is used.
 */
@ConsumerType
public interface DnsRegistrar extends TunnelService {

  /**
   * Decides what a tunnel will be called and what will be delegated, before it is promised to the
   * client. Does not block and changes nothing. The same request gets the same answer.
   *
   * @throws org.culvert.api.status.TspException with 509 if a delegation was asked for that is not
   *     granted, with 502 if a name was asked for that is not granted
   */
  NameGrant grant(NameRequest request);

  /**
   * Tells what a tunnel has in the DNS, a line each, as a zone file would; for the shell. Does not
   * block.
   */
  List<String> records(ServedTunnel tunnel);

  /**
   * What is decided.
   *
   * @param name the full name of the client's address, in lower case; empty: it gets none
   * @param dnsServers the name servers that the reverse zone will be delegated to, as the client
   *     named them; empty: it is not delegated
   */
  record NameGrant(Optional<String> name, List<DnsServer> dnsServers) {

    /** Copies the list. */
    public NameGrant {
      dnsServers = List.copyOf(dnsServers);
    }
  }
}
