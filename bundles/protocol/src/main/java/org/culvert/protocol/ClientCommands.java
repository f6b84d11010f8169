package org.culvert.protocol;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.xml.ReplyReader;
import org.culvert.protocol.xml.RequestWriter;
import org.culvert.protocol.xml.TunnelCommand;
import org.jspecify.annotations.Nullable;

/**
 * The command and response phases as a client goes through them (RFC 5572 section 4.4.3): one
 * {@code create}, then {@code accept} or {@code reject}.
 */
final class ClientCommands {
  private enum State {
    IDLE,
    CREATING,
    OFFERED,
    ACCEPTING,
    /** Accepted over a stream, where a reply can only be a refusal. */
    TAKEN,
    REJECTING,
    OVER
  }

  private final Transport transport;
  private final TspVersion version;
  private final ClientSession.ClientOutput out;
  private final CompletableFuture<TunnelOffer> offer = new CompletableFuture<>();
  private final CompletableFuture<Void> answered = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();

  private State state = State.IDLE;
  private @Nullable SignalingRequest asked;
  private IpVersion inner = IpVersion.IPV6;
  private boolean alone;

  ClientCommands(Transport transport, TspVersion version, ClientSession.ClientOutput out) {
    this.transport = transport;
    this.version = version;
    this.out = out;
  }

  CompletionStage<TunnelOffer> offer() {
    return offer;
  }

  /** Completes when the session ends; fails if the broker refuses what was accepted. */
  CompletionStage<Void> ended() {
    return ended;
  }

  /** Tells whether a reply is waited for, or may come. */
  boolean awaitsReply() {
    return switch (state) {
      case CREATING, ACCEPTING, TAKEN, REJECTING -> true;
      case IDLE, OFFERED, OVER -> false;
    };
  }

  /** Tells whether a reply of nothing is none. */
  boolean needsWords() {
    return state == State.CREATING;
  }

  boolean isOver() {
    return state == State.OVER;
  }

  void create(SignalingRequest request) {
    state = State.CREATING;
    asked = request;
    inner =
        request.wanted().stream()
            .findFirst()
            .map(TunnelProfile::inner)
            .orElseGet(() -> request.inner(request.request().type()));
    out.send(frame(new TunnelCommand.Create(request.request())));
  }

  CompletionStage<Void> accept() {
    if (state != State.OFFERED) {
      return noOffer();
    }
    byte[] accept = frame(new TunnelCommand.Accept());
    if (!version.knowsAccept() || alone) {
      over();
    } else if (transport.isStream()) {
      out.sendWithoutReply(accept);
      state = State.TAKEN;
      answered.complete(null);
    } else {
      state = State.ACCEPTING;
      out.send(accept);
    }
    return answered;
  }

  CompletionStage<Void> reject() {
    if (state != State.OFFERED || alone) {
      return noOffer();
    }
    state = State.REJECTING;
    out.send(frame(new TunnelCommand.Reject()));
    return answered;
  }

  private static CompletionStage<Void> noOffer() {
    return CompletableFuture.failedStage(new IllegalStateException("no offer to answer"));
  }

  /** Takes the body of a reply. */
  void reply(byte[] body) throws IOException {
    ReplyInbox.Reply reply = ReplyInbox.split(body);
    SignalingRequest request = asked;
    if (state == State.CREATING && request != null) {
      if (reply.status().filter(StatusLine::isSuccess).isEmpty()) {
        throw reply.refusal();
      }
      TunnelOffer read = ReplyReader.offer(reply.rest(), request);
      state = State.OFFERED;
      offer.complete(read);
    } else if (awaitsReply()) {
      acknowledged(reply.status());
    }
  }

  /** Forgets what would still be heard. */
  void close() {
    state = State.OVER;
    ended.complete(null);
  }

  /** Brokers in the field acknowledge with nothing at all, and the draft's do not know accept. */
  private void acknowledged(Optional<StatusLine> status) {
    if (status.isPresent() && !status.get().isSuccess() && version.insistsOnAccept()) {
      throw status.get().refusal(Wire.NOTHING);
    }
    over();
  }

  private void over() {
    close();
    answered.complete(null);
  }

  /**
   * Goes on without the broker, if all that is left to say need not be said.
   *
   * @return whether that is so
   */
  boolean goOnAlone() {
    alone = state == State.OFFERED && !version.insistsOnAccept();
    return alone || state == State.OVER;
  }

  /** Fails whatever is not complete. */
  void fail(Exception cause) {
    state = State.OVER;
    offer.completeExceptionally(cause);
    answered.completeExceptionally(cause);
    if (cause instanceof TspException) {
      ended.completeExceptionally(cause);
    } else {
      ended.complete(null);
    }
  }

  private byte[] frame(TunnelCommand command) {
    return Frame.write(RequestWriter.write(command, inner));
  }
}
