package org.culvert.client;

import java.time.Duration;
import java.util.Optional;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.tunnel.TunnelState;

/**
 * Tells the {@link ClientServices} what becomes of the tunnel: at once when it is up, and late when
 * it is gone, since it may come back the same. Confined to the {@link EventLoop}.
 */
final class Serving {
  /** How long a tunnel may be gone before the networks behind it are told. */
  static final Duration GRACE = Duration.ofMinutes(5);

  private final Credentials credentials;
  private final EventLoop loop;
  private final TunnelEndpoint endpoint;
  private final ClientServices services;
  private Optional<ServedTunnel> served = Optional.empty();
  private EventLoop.Timer grace = () -> {};

  Serving(
      Credentials credentials, EventLoop loop, TunnelEndpoint endpoint, ClientServices services) {
    this.credentials = credentials;
    this.loop = loop;
    this.endpoint = endpoint;
    this.services = services;
  }

  /** Tells that a tunnel is up. */
  void up(Held now) {
    grace.cancel();
    served = Optional.of(now.served(credentials, device()));
    services.up(served.get());
  }

  /** Tells that there is none, if none comes in time. */
  void gone() {
    grace.cancel();
    grace = loop.after(GRACE, services::gone);
  }

  /** Looks for what has changed without the client's doing: the device, or who speaks. */
  void look(Held now) {
    Optional<String> device = device();
    if (device.isPresent() && !served.flatMap(ServedTunnel::device).equals(device)) {
      up(now);
    }
    services.look();
  }

  private Optional<String> device() {
    return endpoint
        .tunnel(TunnelPlan.ID)
        .flatMap(
            status ->
                status.state() instanceof TunnelState.Up up
                    ? Optional.of(up.device())
                    : Optional.empty());
  }
}
