package org.culvert.broker;

import java.util.List;
import java.util.Set;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.service.ServedTunnel;
import org.jspecify.annotations.Nullable;

/** Says what it speaks, and speaks nothing. */
final class FakeRouting implements RoutingService {
  private final Set<RoutingProtocol> protocols;

  /** What it throws when it is asked. */
  @Nullable Throwable failure;

  private FakeRouting(Set<RoutingProtocol> protocols) {
    this.protocols = protocols;
  }

  static FakeRouting speaking(RoutingProtocol... protocols) {
    return new FakeRouting(Set.of(protocols));
  }

  @Override
  public Set<RoutingProtocol> protocols() {
    if (failure instanceof Error error) {
      throw error;
    }
    if (failure instanceof RuntimeException exception) {
      throw exception;
    }
    return protocols;
  }

  @Override
  public String name() {
    return "fake";
  }

  @Override
  public void provide(ServedTunnel tunnel) {
    throw new UnsupportedOperationException("a broker asks nobody to do anything");
  }

  @Override
  public void withdraw(ServedTunnel tunnel) {
    throw new UnsupportedOperationException("a broker asks nobody to do anything");
  }

  @Override
  public List<String> verify(ServedTunnel tunnel) {
    return List.of();
  }

  @Override
  public String state(ServedTunnel tunnel) {
    return "fake";
  }
}
