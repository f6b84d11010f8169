package org.culvert.client;

import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.tunnel.SignalingPath;

/**
 * An exchange that is closed in a way of its own.
 *
 * @param exchange does all else
 * @param end what closing does
 */
record OtherwiseClosed(SignalingExchange exchange, Runnable end) implements SignalingExchange {
  @Override
  public TunnelOffer offer() {
    return exchange.offer();
  }

  @Override
  public SignalingPath path() {
    return exchange.path();
  }

  @Override
  public CompletionStage<Void> accept() {
    return exchange.accept();
  }

  @Override
  public CompletionStage<Void> ended() {
    return exchange.ended();
  }

  @Override
  public CompletionStage<Void> reject() {
    return exchange.reject();
  }

  @Override
  public void close() {
    end.run();
  }
}
