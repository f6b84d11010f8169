package org.culvert.api.service;

import java.util.List;
import java.util.Optional;

/**
 * What was agreed about a tunnel beside its addresses; part of its lease, so that it is the same
 * after a restart.
 *
 * @param name the full name of the client's address in the DNS, in lower case, without a dot at its
 *     end
 * @param dnsServers the name servers that the prefix's reverse zone is delegated to
 * @param routing how the prefix is routed; empty where there is none
 */
public record Arrangements(
    Optional<String> name, List<DnsServer> dnsServers, Optional<RoutingAgreement> routing) {

  /** Nothing was agreed. */
  public static final Arrangements NONE =
      new Arrangements(Optional.empty(), List.of(), Optional.empty());

  /** Copies the list. */
  public Arrangements {
    dnsServers = List.copyOf(dnsServers);
  }
}
