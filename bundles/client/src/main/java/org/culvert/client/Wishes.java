package org.culvert.client;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingProtocol;

/**
 * What to ask for beside the tunnel.
 *
 * @param prefixLength the length of the prefix to ask for; empty: no prefix
 * @param nameServers the name servers that the prefix's reverse zone shall be delegated to
 * @param name the name to be given in the DNS, in lower case
 * @param routing how the prefix shall be routed
 * @param as the client's autonomous system; empty: the broker may choose
 */
record Wishes(
    Optional<Integer> prefixLength,
    List<DnsServer> nameServers,
    Optional<String> name,
    RoutingProtocol routing,
    OptionalLong as) {

  /** Nothing beside the tunnel. */
  static final Wishes NONE = prefix(Optional.empty());

  /** Copies the list. */
  Wishes {
    nameServers = List.copyOf(nameServers);
  }

  /** Returns the wish for nothing but a prefix, routed statically. */
  static Wishes prefix(Optional<Integer> length) {
    return new Wishes(
        length, List.of(), Optional.empty(), RoutingProtocol.STATIC, OptionalLong.empty());
  }

  /** Tells whether a routing protocol shall be spoken through the tunnel. */
  boolean speaks() {
    return !routing.equals(RoutingProtocol.STATIC);
  }

  /** Returns the {@code router} element; a static route is asked for by saying nothing of it. */
  Optional<RouterRequest> router() {
    return prefixLength.map(
        length ->
            new RouterRequest(
                OptionalInt.of(length),
                speaks() ? Optional.of(routing.name()) : Optional.empty(),
                as,
                nameServers));
  }
}
