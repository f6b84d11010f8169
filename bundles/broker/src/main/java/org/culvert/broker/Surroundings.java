package org.culvert.broker;

import java.util.Optional;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsRegistrar.NameGrant;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.status.TspException;

/** Agrees on what surrounds a tunnel: its routing and its names. For the broker's thread. */
final class Surroundings {
  private final Services services;
  private final RouteNegotiation routes;
  private final NameNegotiation names;

  Surroundings(RoutingSettings routing, Services services, byte[] secret) {
    this.services = services;
    this.routes = new RouteNegotiation(routing, services, secret);
    this.names = new NameNegotiation(services);
  }

  /**
   * Returns the routing protocol that a request is about; empty if it asks for no router.
   *
   * @throws TspException if it is not to be had, or the user may have no prefix
   */
  Optional<RoutingProtocol> protocol(Identity identity, TunnelRequest request) {
    Optional<RoutingProtocol> protocol = routes.protocol(identity, request.router());
    if (protocol.isPresent() && !identity.anonymous()) {
      services.admit(identity);
    }
    return protocol;
  }

  /**
   * Completes an offer that is in the book; if that is refused, all that the offer took goes back.
   */
  Proposal agree(
      LeaseBook book, Proposal bare, TunnelRequest request, Optional<RoutingProtocol> protocol) {
    try {
      Optional<RoutingAgreement> routing =
          routes.agree(book.claims(), bare, protocol, request.router());
      NameGrant granted = names.agree(book.claims(), bare, request);
      Proposal agreed = bare.with(new Arrangements(granted.name(), granted.dnsServers(), routing));
      book.amend(bare, agreed);
      return agreed;
    } catch (RuntimeException e) {
      book.withdraw(bare);
      throw e;
    }
  }
}
