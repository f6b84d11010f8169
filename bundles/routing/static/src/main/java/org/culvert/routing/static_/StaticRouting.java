package org.culvert.routing.static_;

import java.util.List;
import java.util.Set;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Offers static routes (RFC 5572 section 2): the tunnel endpoints enter the route to a prefix with
 * the tunnel, so there is nothing to do here but to say that it can be had.
 */
@Component
public final class StaticRouting implements RoutingService {
  private static final Set<RoutingProtocol> PROTOCOLS = Set.of(RoutingProtocol.STATIC);

  /** Offers it. */
  @Activate
  public StaticRouting() {}

  @Override
  public String name() {
    return "static";
  }

  @Override
  public Set<RoutingProtocol> protocols() {
    return PROTOCOLS;
  }

  @Override
  public void provide(ServedTunnel tunnel) {}

  @Override
  public void withdraw(ServedTunnel tunnel) {}

  /** Finds nothing: the endpoint looks after its routes itself. */
  @Override
  public List<String> verify(ServedTunnel tunnel) {
    return List.of();
  }

  @Override
  public String state(ServedTunnel tunnel) {
    return switch (tunnel.side()) {
      case SERVER ->
          tunnel
              .prefix()
              .map(prefix -> prefix + " is routed into the tunnel by the tunnel server")
              .orElse("no prefix to route");
      case CLIENT -> "the client's endpoint enters its routes with the tunnel";
    };
  }
}
