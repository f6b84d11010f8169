package org.culvert.api.service;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;

/**
 * What a tunnel's names are made from.
 *
 * @param owner the user, any text that an account's name may be
 * @param anonymous whether no account stands behind the owner
 * @param clientAddress the client's inner address
 * @param prefix the prefix that is delegated to the client
 * @param wish the name that the client asked for, as it came; unchecked
 * @param dnsServers the name servers that the client named for the prefix's reverse zone
 */
public record NameRequest(
    String owner,
    boolean anonymous,
    InetAddress clientAddress,
    Optional<IpPrefix> prefix,
    Optional<String> wish,
    List<DnsServer> dnsServers) {

  /** Copies the list. */
  public NameRequest {
    dnsServers = List.copyOf(dnsServers);
  }
}
