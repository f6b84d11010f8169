package org.culvert.broker;

import java.util.Optional;
import java.util.OptionalLong;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;

/**
 * Agrees with a client on how its prefix is routed.
 *
 * <p>Who asks for a router without naming a protocol gets static routes, whatever was agreed
 * before; who asks for none keeps what was agreed. For the broker's thread.
 */
final class RouteNegotiation {
  private final RoutingSettings settings;
  private final Services services;
  private final AsNumbers numbers;

  RouteNegotiation(RoutingSettings settings, Services services, byte[] secret) {
    this.settings = settings;
    this.services = services;
    this.numbers = new AsNumbers(settings, secret);
  }

  /**
   * Returns the protocol to agree on; empty if no router was asked for. Takes nothing yet.
   *
   * @throws TspException with 504 where there are no static routes, with 517 where a protocol
   *     cannot be had
   */
  Optional<RoutingProtocol> protocol(Identity identity, Optional<RouterRequest> request) {
    return request.map(router -> protocol(identity, router));
  }

  private RoutingProtocol protocol(Identity identity, RouterRequest request) {
    RoutingProtocol protocol = read(request);
    boolean spoken = services.protocols().contains(protocol);
    if (protocol.equals(RoutingProtocol.STATIC)) {
      if (!spoken) {
        throw new TspException(StatusCode.ROUTER_NOT_SUPPORTED, "nothing offers static routes");
      }
      return protocol;
    }
    if (!spoken) {
      throw unsupported("nothing speaks " + protocol);
    }
    if (protocol.equals(RoutingProtocol.BGP) && settings.serverAs().isEmpty()) {
      throw unsupported("asNumber is not configured, so bgp is not offered");
    }
    if (identity.anonymous() && !settings.anonymous()) {
      throw unsupported("anonymous user asks for " + protocol);
    }
    return protocol;
  }

  private static RoutingProtocol read(RouterRequest request) {
    try {
      return request.protocol().map(RoutingProtocol::of).orElse(RoutingProtocol.STATIC);
    } catch (IllegalArgumentException e) {
      throw new TspException(
          StatusCode.UNSUPPORTED_ROUTER_PROTOCOL, "unreadable routing protocol", e);
    }
  }

  /**
   * Agrees on how the prefix of an offer is routed; empty if it has none.
   *
   * @param protocol what was asked for
   * @throws TspException with 517 if the client's autonomous system cannot be had
   */
  Optional<RoutingAgreement> agree(
      Claims claims,
      Proposal proposal,
      Optional<RoutingProtocol> protocol,
      Optional<RouterRequest> request) {
    if (proposal.prefix().isEmpty()) {
      return Optional.empty();
    }
    Optional<RoutingAgreement> before =
        proposal.before().map(Lease::arrangements).flatMap(agreed -> agreed.routing());
    if (protocol.isEmpty()) {
      return before.or(() -> Optional.of(RoutingAgreement.STATIC));
    }
    if (!protocol.get().equals(RoutingProtocol.BGP)) {
      return Optional.of(RoutingAgreement.of(protocol.get()));
    }
    OptionalLong asked = request.map(RouterRequest::asNumber).orElseGet(OptionalLong::empty);
    OptionalLong had = before.map(RoutingAgreement::clientAs).orElseGet(OptionalLong::empty);
    String user = proposal.identity().user();
    long as =
        asked.isPresent()
            ? numbers.named(claims, user, asked.getAsLong())
            : numbers.given(claims, user, had);
    return Optional.of(RoutingAgreement.bgp(as, settings.serverAs().orElseThrow()));
  }

  static TspException unsupported(String why) {
    return new TspException(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL, why);
  }
}
