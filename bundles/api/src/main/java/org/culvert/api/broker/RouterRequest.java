package org.culvert.api.broker;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.service.DnsServer;

/**
 * The {@code router} element of a request: a prefix and how it shall be routed (RFC 5572 section
 * 4.7.2).
 *
 * @param prefixLength the length asked for; absent if the client forgot it
 * @param protocol the routing protocol's name; absent: static
 * @param asNumber the client's autonomous system
 * @param dnsServers name servers for the reverse zone
 */
public record RouterRequest(
    OptionalInt prefixLength,
    Optional<String> protocol,
    OptionalLong asNumber,
    List<DnsServer> dnsServers) {

  /** Copies the list. */
  public RouterRequest {
    dnsServers = List.copyOf(dnsServers);
  }

  /** Returns a request for a statically routed prefix. */
  public static RouterRequest prefix(int length) {
    return new RouterRequest(
        OptionalInt.of(length), Optional.empty(), OptionalLong.empty(), List.of());
  }
}
