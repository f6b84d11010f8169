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

  /** Rejects the offer. */
  CompletionStage<Void> reject();

  /** Ends the session and closes its socket; the tunnel goes on. */
  @Override
  void close();
}
