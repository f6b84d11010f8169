package org.culvert.api.signaling;

import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.tunnel.SignalingPath;
import org.osgi.annotation.versioning.ConsumerType;

/**
 * An exchange that got an offer and awaits the client's word. Its socket stays open until it is
 * closed, so that a UDP tunnel can take over the very same address and port, NAT mapping included.
 */
@ConsumerType
public interface SignalingExchange extends AutoCloseable {

  /** Returns the broker's offer. */
  TunnelOffer offer();

  /** Returns the path of the session, seen from here. */
  SignalingPath path();

  /** Accepts the offer; completes when the broker may be sent data. */
  CompletionStage<Void> accept();

  /**
   * Returns what becomes of the session after the accept. Over TCP a broker answers an accept only
   * to refuse it after all, so whoever wants to hear that keeps the exchange open for a while.
   *
   * @return fails with a {@link org.culvert.api.status.TspException} if the broker refuses;
   *     completes when the session ends, at either end, without such a word
   */
  CompletionStage<Void> ended();

  /** Rejects the offer. */
  CompletionStage<Void> reject();

  /** Ends the session and closes its socket; the tunnel goes on. */
  @Override
  void close();
}
