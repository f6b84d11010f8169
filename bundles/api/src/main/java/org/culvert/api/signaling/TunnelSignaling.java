package org.culvert.api.signaling;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.culvert.api.tunnel.SignalingPath;
import org.osgi.annotation.versioning.ConsumerType;

/** Runs TSP exchanges for a tunnel client. */
@ConsumerType
public interface TunnelSignaling {

  /**
   * Runs one session up to the broker's offer.
   *
   * @param target whom to ask
   * @param credentials whom to authenticate as
   * @param request makes the request once the path is known, since it names the local address
   * @return fails with a {@link org.culvert.api.status.TspException} if the broker refused (a
   *     referral included; it tells whether the broker had proved itself by then, be it by TLS or
   *     by its mechanism), and with an {@link java.io.IOException} if it could not be reached or
   *     spoke gibberish; otherwise the caller closes the exchange
   */
  CompletionStage<SignalingExchange> request(
      SignalingTarget target,
      Credentials credentials,
      Function<SignalingPath, SignalingRequest> request);

  /**
   * Measures the way to a broker by the stateless echo request that referral-aware brokers answer.
   *
   * @return the round-trip time; fails with an {@link java.io.IOException} if there is no answer
   */
  CompletionStage<Duration> measure(SignalingTarget target);
}
