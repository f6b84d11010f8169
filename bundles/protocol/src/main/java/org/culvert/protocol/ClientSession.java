package org.culvert.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingTarget;

/** The client's side of one TSP session. */
public final class ClientSession {

  /** Where a client session puts its messages; called on the thread that called the session. */
  public interface ClientOutput {

    /**
     * Sends a message and expects an answer: on UDP the data of a datagram with a new sequence
     * number (none: a poll), on TCP octets of the stream.
     */
    void send(byte[] data);

    /** Sends on TCP what gets no answer, or none before the next message. */
    void sendWithoutReply(byte[] data);

    /** Ends the session after what was written has gone out. */
    void close();
  }

  public ClientSession(
      SignalingTarget target,
      Credentials credentials,
      List<OfferedClientMechanism> mechanisms,
      Supplier<TunnelRequest> request,
      ClientOutput out) {}

  public void start() {}

  public void received(ByteBuffer data) {}

  /**
   * Takes what has come so far for a whole message. On TCP the transport should call this when
   * nothing has come for about half a second after {@link #received}: some brokers end a SASL
   * message with nothing at all.
   */
  public void paused() {}

  public void closed(IOException cause) {}

  public CompletionStage<TunnelOffer> offer() {
    throw new UnsupportedOperationException();
  }

  public CompletionStage<Void> accept() {
    throw new UnsupportedOperationException();
  }

  public CompletionStage<Void> reject() {
    throw new UnsupportedOperationException();
  }
}
