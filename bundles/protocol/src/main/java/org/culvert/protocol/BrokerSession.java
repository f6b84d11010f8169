package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.culvert.api.broker.Identity;
import org.culvert.api.status.Referral;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.protocol.ServerAuthentication.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of one TSP session (RFC 5572 section 4.2).
 *
 * <p>Stages, in the order of the methods below: octets become messages, {@code VERSION} is answered
 * with the capabilities, then {@link AuthenticationPhase} has its say, and after it {@link
 * CommandPhase}.
 *
 * <p>Not for several threads: everything is called on the confining executor, which stages that
 * complete elsewhere come back to. No method throws for anything that a peer can send.
 */
public final class BrokerSession {
  /** Octets of a stream that wait to become a message; nothing in TSP is longer than a command. */
  static final int MAX_WAITING = Frame.MAX_MESSAGE;

  /** Octets of a version or AUTHENTICATE line, its end included. */
  static final int MAX_LINE = 128;

  private final boolean stream;
  private final SignalingPath path;
  private final SessionServices services;
  private final ConfinedStages stages;
  private final SessionOutput out;
  private final StreamInput input;

  private Phase phase = Phase.VERSION;
  private @Nullable TspVersion version;
  private @Nullable AuthenticationPhase authentication;
  private Optional<String> mechanism = Optional.empty();
  private @Nullable CommandPhase commands;
  private boolean owesSuccess;
  private boolean echoed;

  /**
   * @param path the session's path, seen from here
   * @param services what the session works with
   * @param confined runs the session; every method is called on it
   * @param out takes the replies
   */
  public BrokerSession(
      SignalingPath path, SessionServices services, Executor confined, SessionOutput out) {
    this.stream = path.transport().isStream();
    this.path = path;
    this.services = services;
    this.stages = new ConfinedStages(confined, this::resume);
    this.input =
        new StreamInput(
            MAX_WAITING,
            Inbox.Room.of(services),
            this::take,
            () -> refuse(phase.error(), "message too long"),
            () -> refuse(StatusCode.SERVER_BUSY, "no memory for a message"));
    this.out = out;
  }

  /**
   * Tells whether the data of a datagram opens a session. Data that does not is answered with 302
   * by a fresh session, which then closes. The buffer stays as it is.
   */
  public static boolean opens(ByteBuffer data) {
    return TspVersion.opens(Wire.text(Wire.trim(Wire.octets(data.duplicate()))));
  }

  /**
   * Takes octets from the peer.
   *
   * @param data on TCP any part of the stream; on UDP the data of one datagram that is not a
   *     retransmission, without the header; none is a poll. A version line begins the session anew.
   */
  public void received(ByteBuffer data) {
    try {
      if (phase == Phase.CLOSED) {
        return;
      } else if (stream) {
        input.received(data);
      } else {
        datagram(Wire.octets(data));
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }

  private void over() {
    end();
    out.close();
  }

  /** Tells that the peer stayed in a phase longer than {@link #phaseLimit()}; it gets no answer. */
  public void timedOut() {
    if (phase != Phase.CLOSED) {
      services.dropped("phase timeout");
      end();
      out.close();
    }
  }

  /**
   * Tells that the peer has gone. An offer that it did not accept is left to the broker's clock.
   */
  public void closed() {
    end();
  }

  /** Returns where the session stands. */
  public Phase phase() {
    CommandPhase active = commands;
    return phase == Phase.COMMAND && active != null && active.awaitsResponse()
        ? Phase.RESPONSE
        : phase;
  }

  /** Returns the version that the client announced, spoken here or not. */
  public Optional<String> version() {
    return Optional.ofNullable(version).map(TspVersion::text);
  }

  /** Returns whom the client authenticated as. */
  public Optional<Identity> identity() {
    return Optional.ofNullable(commands).map(CommandPhase::identity);
  }

  /**
   * Tells whether the client has shown that it receives what is sent to its address: by a stream,
   * or by a mechanism that had it send back a nonce. ANONYMOUS and PLAIN can be sent blindly.
   */
  public boolean hasProvedAddress() {
    return stream || echoed;
  }

  /** Tells whether a mechanism is at work on what the client sent, so that it awaits an answer. */
  public boolean isAuthenticating() {
    return phase == Phase.AUTHENTICATION && authentication != null && authentication.isEvaluating();
  }

  /** Returns how long a session may stay in its present phase, counted from entering it. */
  public Duration phaseLimit() {
    return phase().limit(path.transport());
  }

  // Octets become messages.

  /** Handles one message of a stream, if there is one that need not wait. */
  private boolean take(Inbox inbox) {
    AuthenticationPhase authenticating = authentication;
    CommandPhase commanded = commands;
    if (phase == Phase.CLOSED) {
      return false;
    } else if (commanded != null) {
      return !commanded.isAccepting() && takeCommand(inbox, commanded);
    } else if (authenticating == null) {
      return takeLine(inbox, line -> versionLine(Wire.text(Wire.trim(line))));
    } else if (authenticating.inExchange()) {
      return !authenticating.isEvaluating() && takeMessage(inbox, authenticating);
    } else {
      return takeLine(inbox, authenticating::message);
    }
  }

  private boolean takeLine(Inbox inbox, Consumer<byte[]> consumer) {
    inbox.skipNoise();
    int present = inbox.size();
    Optional<byte[]> line = inbox.takeLine();
    int length = line.isPresent() ? present - inbox.size() : present;
    if (length > MAX_LINE) {
      refuse(phase.error(), "line too long");
      return false;
    }
    line.ifPresent(consumer);
    return line.isPresent();
  }

  private boolean takeMessage(Inbox inbox, AuthenticationPhase authenticating) {
    Optional<byte[]> line = inbox.takeLine();
    line.ifPresent(authenticating::message);
    return line.isPresent();
  }

  private boolean takeCommand(Inbox inbox, CommandPhase commanded) {
    try {
      Optional<byte[]> body = Frame.take(inbox);
      body.ifPresent(commanded::command);
      return body.isPresent();
    } catch (TspException e) {
      // Without a length nobody knows where the next message begins.
      commanded.refuse(e);
      end();
      out.close();
      return false;
    }
  }

  private void datagram(byte[] data) {
    String line = Wire.text(Wire.trim(data));
    if (phase != Phase.VERSION && TspVersion.opens(line)) {
      end();
      phase = Phase.VERSION;
    }
    AuthenticationPhase authenticating = authentication;
    CommandPhase commanded = commands;
    if (commanded != null) {
      boolean owed = owesSuccess;
      owesSuccess = false;
      if (line.isEmpty()) {
        out.reply(owed ? Wire.octets(StatusLine.of(StatusCode.SUCCESS)) : Wire.NOTHING);
      } else {
        commanded.datagram(data);
      }
    } else if (authenticating == null) {
      versionLine(line);
    } else if (data.length == 0 || (line.isEmpty() && !authenticating.inExchange())) {
      out.reply(Wire.NOTHING);
    } else {
      authenticating.message(data);
    }
  }

  // VERSION.

  private void versionLine(String line) {
    Optional<TspVersion> announced = TspVersion.parseLine(line);
    version = announced.orElse(null);
    VersionPhase.Outcome outcome = VersionPhase.answer(announced, path, services);
    if (outcome instanceof VersionPhase.Outcome.Refused refused) {
      refuse(
          refused.code(),
          refused.referral(),
          refused.reason(),
          announced.map(TspVersion::text).map(text -> "it speaks " + text));
    } else if (outcome instanceof VersionPhase.Outcome.Spoken spoken) {
      phase = Phase.AUTHENTICATION;
      authentication =
          new AuthenticationPhase(stream, services, spoken.version(), out, stages, new Verdict());
      out.reply(Wire.octets(spoken.capabilities().write()));
    }
  }

  // The verdict of the authentication phase.

  private final class Verdict implements AuthenticationPhase.Verdict {
    @Override
    public void authenticated(Outcome.Success verdict, TspVersion announced) {
      mechanism = mechanism();
      disposeAuthentication();
      phase = Phase.COMMAND;
      commands =
          new CommandPhase(
              path,
              verdict.identity(),
              announced,
              services.broker(),
              BrokerSession.this::note,
              out,
              stages,
              BrokerSession.this::over);
      echoed = verdict.echoed();
      byte[] success = Wire.octets(StatusLine.of(StatusCode.SUCCESS));
      if (verdict.data().length == 0) {
        out.reply(success);
        return;
      }
      out.reply(SaslDialect.encode(verdict.data()));
      if (stream) {
        out.replyApart(success);
      } else {
        owesSuccess = true;
      }
    }

    @Override
    public void refused(StatusCode code, String reason, Optional<String> detail) {
      refuse(code, Optional.empty(), reason, detail);
    }
  }

  // The end of a session, and stages that complete elsewhere.

  private void refuse(StatusCode code, String reason) {
    refuse(code, Optional.empty(), reason, Optional.empty());
  }

  private void refuse(
      StatusCode code, Optional<Referral> referral, String reason, Optional<String> detail) {
    if (phase == Phase.CLOSED) {
      return;
    }
    note(code, reason, detail);
    String line = StatusLine.of(code, referral);
    boolean framed = commands != null;
    end();
    out.reply(framed ? Frame.write(line) : Wire.octets(line));
    out.close();
  }

  private void note(StatusCode code, String reason, Optional<String> detail) {
    services.refused(new Refusal(code, reason, detail, mechanism(), identity()));
  }

  private Optional<String> mechanism() {
    return authentication == null ? mechanism : authentication.mechanism();
  }

  private void failed(RuntimeException e) {
    if (e instanceof TspException refusal) {
      refuse(refusal.code(), Optional.empty(), "refused", Optional.of(refusal.reason()));
    } else {
      services.broke(e);
      refuse(StatusCode.SERVER_ERROR, "internal error");
    }
  }

  private void end() {
    stages.forget();
    phase = Phase.CLOSED;
    input.close();
    disposeAuthentication();
    commands = null;
    mechanism = Optional.empty();
    owesSuccess = false;
    echoed = false;
  }

  private void disposeAuthentication() {
    AuthenticationPhase authenticating = authentication;
    authentication = null;
    if (authenticating != null) {
      authenticating.dispose();
    }
  }

  private void resume(Runnable consequence) {
    try {
      consequence.run();
      if (stream) {
        input.drain();
      }
    } catch (RuntimeException e) {
      failed(e);
    }
  }
}
