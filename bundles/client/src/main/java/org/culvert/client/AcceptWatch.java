package org.culvert.client;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.status.TspException;

/**
 * Listens for a while to the session of a tunnel that was accepted, and closes it then. Over TCP an
 * accept has no answer (RFC 5572 section 4.4.3), but a broker that cannot make the tunnel says so.
 * Confined to the {@link EventLoop}.
 */
final class AcceptWatch {
  /** A broker that makes a tunnel takes seconds at most. */
  static final Duration HOLD = Duration.ofSeconds(60);

  private final EventLoop loop;
  private final Consumer<TspException> refused;
  private Optional<SignalingExchange> watched = Optional.empty();

  /**
   * @param refused is told, on the loop, that the broker refuses the tunnel that is up
   */
  AcceptWatch(EventLoop loop, Consumer<TspException> refused) {
    this.loop = loop;
    this.refused = refused;
  }

  /** Listens to a session; an earlier one is closed. Over UDP all has been said by then. */
  void begin(SignalingExchange exchange) {
    end();
    watched = Optional.of(exchange);
    if (!exchange.path().transport().isStream()) {
      end();
      return;
    }
    loop.await(
        exchange.ended(),
        HOLD,
        nothing -> over(exchange, Optional.empty()),
        cause -> over(exchange, Failure.refusal(cause)),
        nothing -> {});
  }

  private void over(SignalingExchange exchange, Optional<TspException> refusal) {
    if (watched.filter(exchange::equals).isPresent()) {
      end();
      refusal.ifPresent(refused);
    }
  }

  /** Closes the session. */
  void end() {
    Optional<SignalingExchange> ending = watched;
    watched = Optional.empty();
    ending.ifPresent(SignalingExchange::close);
  }
}
