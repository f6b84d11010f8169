package org.culvert.protocol;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import javax.security.auth.callback.CallbackHandler;
import org.culvert.api.account.ChannelBindingCallback;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingRequest;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.jspecify.annotations.Nullable;

/**
 * The client's side of one TSP session (RFC 5572 section 4.2): up to the offer by itself, then as
 * the caller decides.
 *
 * <p>Stages, in the order of the methods below: {@code VERSION}, the capabilities, {@link
 * ClientAuthentication}, {@link ClientCommands}.
 *
 * <p>Not for several threads. Sequence numbers, retransmission and time limits are the transport's.
 */
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

  /** Polls in a row that are answered by nothing. */
  static final int MAX_POLLS = 8;

  private enum State {
    CAPABILITY,
    AUTHENTICATION,
    COMMANDS,
    OVER
  }

  private final boolean stream;
  private final SignalingTarget target;
  private final Supplier<SignalingRequest> request;
  private final ClientOutput out;
  private final ClientAuthentication authentication;
  private final ReplyInbox inbox = new ReplyInbox();

  private final ClientCommands commands;

  private State state = State.CAPABILITY;
  private @Nullable SignalingRequest wanted;
  private int polls;

  /**
   * @param target whom to ask, and which version to announce
   * @param credentials whom to authenticate as
   * @param mechanisms what the client can use; the strongest that the broker offers and the
   *     credentials allow is taken
   * @param channel answers a {@link ChannelBindingCallback} where TLS has a binding of its type,
   *     and leaves it unanswered elsewhere
   * @param request makes the request when it is due
   * @param out takes the messages
   */
  public ClientSession(
      SignalingTarget target,
      Credentials credentials,
      List<OfferedClientMechanism> mechanisms,
      CallbackHandler channel,
      Supplier<SignalingRequest> request,
      ClientOutput out) {
    this.stream = target.transport().isStream();
    this.target = target;
    this.request = request;
    this.out = out;
    this.authentication = new ClientAuthentication(target, credentials, mechanisms, channel, out);
    TspVersion version =
        TspVersion.parseLine("VERSION=" + target.version())
            .orElseThrow(() -> new IllegalArgumentException("not a version"));
    this.commands = new ClientCommands(target.transport(), version, out);
  }

  /** Sends the version. Called once, when octets can be sent. */
  public void start() {
    out.send(Wire.octets("VERSION=" + target.version() + "\r\n"));
  }

  /**
   * Takes octets from the broker.
   *
   * @param data on TCP any part of the stream; on UDP the data of the reply to the last message
   */
  public void received(ByteBuffer data) {
    guarded(
        () -> {
          if (!stream) {
            datagram(Wire.octets(data));
            return;
          }
          do {
            inbox.append(data);
            drain(false);
          } while (data.hasRemaining() && state != State.OVER);
        });
  }

  /**
   * Takes what has come so far for a whole message. On TCP the transport should call this when
   * nothing has come for about half a second after {@link #received}: some brokers end a SASL
   * message with nothing at all.
   */
  public void paused() {
    if (stream) {
      guarded(() -> drain(true));
    }
  }

  /**
   * Tells that the connection has gone, or that the broker does not answer. An offer that need not
   * be accepted in words can still be accepted.
   */
  public void closed(IOException cause) {
    paused();
    if (state != State.OVER && !commands.goOnAlone()) {
      state = State.OVER;
      authentication.dispose();
      commands.fail(cause);
    }
  }

  /**
   * Returns the broker's offer.
   *
   * @return fails with a {@link TspException} if the broker refuses, and with an {@link
   *     IOException} if it goes away or cannot be understood
   */
  public CompletionStage<TunnelOffer> offer() {
    return commands.offer();
  }

  /** Accepts the offer; completes when the broker may be sent data. */
  public CompletionStage<Void> accept() {
    return commands.accept();
  }

  /** Rejects the offer; completes when the broker has said that it knows. */
  public CompletionStage<Void> reject() {
    return commands.reject();
  }

  /**
   * Returns what becomes of the session after the accept: it fails with a {@link TspException} if
   * the broker refuses it after all, which over TCP comes unasked, and else completes when the
   * session ends.
   */
  public CompletionStage<Void> ended() {
    return commands.ended();
  }

  /** Ends the session here: nothing more is heard. */
  public void close() {
    if (state != State.OVER) {
      state = State.OVER;
      authentication.dispose();
      commands.close();
    }
  }

  // Octets become messages.

  private void drain(boolean paused) throws IOException {
    Optional<byte[]> message = next(paused);
    while (message.isPresent()) {
      handle(message.get());
      message = next(paused);
    }
  }

  private Optional<byte[]> next(boolean paused) throws IOException {
    return switch (state) {
      case CAPABILITY -> inbox.line(paused);
      case AUTHENTICATION ->
          authentication.awaitsVerdict() ? inbox.line(paused) : inbox.saslMessage(paused);
      case COMMANDS -> commands.awaitsReply() ? inbox.reply(paused) : ignored();
      case OVER -> ignored();
    };
  }

  /** Nothing that a broker says unasked changes anything. */
  private Optional<byte[]> ignored() {
    inbox.clear();
    return Optional.empty();
  }

  private void datagram(byte[] data) throws IOException {
    // In an exchange a line's end is an empty message, and not nothing.
    boolean exchanging = state == State.AUTHENTICATION;
    boolean nothing = (exchanging ? data : Wire.trim(data)).length == 0;
    boolean due =
        switch (state) {
          case CAPABILITY -> true;
          case AUTHENTICATION -> !authentication.takesAcknowledgement();
          case COMMANDS -> commands.needsWords();
          case OVER -> false;
        };
    if (nothing && due) {
      polls++;
      if (polls > MAX_POLLS) {
        throw new IOException("broker acknowledges, but does not answer");
      }
      out.send(Wire.NOTHING);
      return;
    }
    polls = 0;
    handle(state == State.COMMANDS ? ReplyInbox.body(data) : data);
  }

  private void handle(byte[] message) throws IOException {
    switch (state) {
      case CAPABILITY -> capability(message);
      case AUTHENTICATION -> {
        SignalingRequest request = wanted;
        if (authentication.message(message) && request != null) {
          state = State.COMMANDS;
          commands.create(request);
        }
      }
      case COMMANDS -> {
        try {
          commands.reply(message);
        } catch (TspException e) {
          throw authentication.heard(e);
        }
      }
      case OVER -> {}
    }
  }

  // The capabilities.

  private void capability(byte[] message) throws IOException {
    ReplyInbox.Reply reply = ReplyInbox.split(message);
    Optional<CapabilityLine> line = CapabilityLine.parse(reply.line());
    if (line.isEmpty()) {
      throw authentication.heard(reply.refusal());
    }
    SignalingRequest asked = request.get();
    wanted = asked;
    if (!line.get().offers(asked)) {
      throw new TspException(
          StatusCode.UNSUPPORTED_TUNNEL_TYPE, "broker does not offer " + asked.request().type());
    }
    state = State.AUTHENTICATION;
    authentication.begin(line.get());
  }

  // The end.

  /** Something done with what a broker sent. */
  private interface Handling {
    void run() throws IOException;
  }

  private void guarded(Handling handling) {
    try {
      handling.run();
    } catch (TspException | IOException e) {
      fail(e);
    } catch (RuntimeException e) {
      fail(new IOException("broker's reply could not be handled", e));
    }
  }

  private void fail(Exception cause) {
    if (state != State.OVER) {
      state = State.OVER;
      authentication.dispose();
      commands.fail(cause);
      out.close();
    }
  }
}
