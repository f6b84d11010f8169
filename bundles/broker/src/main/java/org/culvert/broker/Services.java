package org.culvert.broker;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.culvert.api.broker.Identity;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.PrefixRegistry;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What surrounds tunnels and can be agreed on at this moment. Both lists come and go while the
 * broker runs. For the broker's thread.
 */
final class Services {
  private static final Logger LOG = LoggerFactory.getLogger(Services.class);

  private final Supplier<List<DnsRegistrar>> registrars;
  private final Supplier<List<RoutingService>> routings;
  private final Supplier<List<PrefixRegistry>> registries;
  private boolean routingFails;
  private boolean registryFails;

  /**
   * @param registrars by ascending ranking, as the service registry orders them
   * @param routings likewise
   * @param registries likewise
   */
  Services(
      Supplier<List<DnsRegistrar>> registrars,
      Supplier<List<RoutingService>> routings,
      Supplier<List<PrefixRegistry>> registries) {
    this.registrars = registrars;
    this.routings = routings;
    this.registries = registries;
  }

  /** Returns the registrar of the highest ranking. */
  Optional<DnsRegistrar> registrar() {
    List<DnsRegistrar> bound = registrars.get();
    return bound.isEmpty() ? Optional.empty() : Optional.of(bound.get(bound.size() - 1));
  }

  /** Returns all protocols that somebody speaks now. */
  Set<RoutingProtocol> protocols() {
    return routings.get().stream()
        .flatMap(routing -> protocols(routing).stream())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Asks the registries whether a user can be registered as holder of a prefix.
   *
   * @throws TspException with 502 if not
   */
  void admit(Identity identity) {
    for (PrefixRegistry registry : registries.get()) {
      try {
        registry.admit(identity.user());
        registryFails = false;
      } catch (TspException e) {
        throw e.code().number() == StatusCode.INVALID_NAME.number()
            ? new TspException(StatusCode.INVALID_NAME, "no valid nic-handle", e)
            : e;
      } catch (RuntimeException | LinkageError e) {
        if (!registryFails) {
          registryFails = true;
          LOG.error("{} does not say whom it admits; it is passed over", registry.getClass(), e);
        }
      }
    }
  }

  private Set<RoutingProtocol> protocols(RoutingService routing) {
    try {
      Set<RoutingProtocol> protocols = routing.protocols();
      routingFails = false;
      return protocols;
    } catch (RuntimeException | LinkageError e) {
      if (!routingFails) {
        routingFails = true;
        LOG.error("{} does not say what it speaks; it is passed over", routing.getClass(), e);
      }
      return Set.of();
    }
  }
}
