package org.culvert.protocol;

import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.xml.ReplyWriter;
import org.culvert.protocol.xml.RequestReader;
import org.culvert.protocol.xml.TunnelCommand;
import org.jspecify.annotations.Nullable;

/**
 * The command and response phases of a session (RFC 5572 section 4.4.3): commands in, the broker's
 * answers out, one at a time.
 */
final class CommandPhase {

  /** Takes note of a refusal that the client is told. */
  interface Refusals {
    void note(StatusCode code, String reason, Optional<String> detail);
  }

  private enum Work {
    NONE,
    COMMAND,
    ACCEPT
  }

  private final SignalingPath path;
  private final Identity identity;
  private final TspVersion version;
  private final TunnelBroker broker;
  private final Refusals refusals;
  private final SessionOutput out;
  private final Stages stages;
  private final Runnable done;

  private Work work = Work.NONE;
  private @Nullable String offered;
  private boolean acceptedUnasked;

  /**
   * @param done is run when nothing more can follow in this session
   */
  CommandPhase(
      SignalingPath path,
      Identity identity,
      TspVersion version,
      TunnelBroker broker,
      Refusals refusals,
      SessionOutput out,
      Stages stages,
      Runnable done) {
    this.path = path;
    this.identity = identity;
    this.version = version;
    this.broker = broker;
    this.refusals = refusals;
    this.out = out;
    this.stages = stages;
    this.done = done;
  }

  Identity identity() {
    return identity;
  }

  /** Tells whether there is an offer that the client has not answered. */
  boolean awaitsResponse() {
    return offered != null;
  }

  /** Tells whether the broker is bringing a tunnel up: on TCP the client cannot know how long. */
  boolean isAccepting() {
    return work == Work.ACCEPT;
  }

  /** Takes a command that is a whole datagram. */
  void datagram(byte[] data) {
    try {
      command(Frame.ofDatagram(data));
    } catch (TspException e) {
      refuse(e);
    }
  }

  /** Takes the XML of a command. */
  void command(byte[] body) {
    try {
      TunnelCommand command = RequestReader.read(body, version.dialect(), broker.profiles(path));
      if (work == Work.NONE) {
        execute(command);
      } else if (isAcceptedUnasked(command)) {
        acceptedUnasked = false;
        acknowledgeAccept();
      } else {
        throw new TspException(StatusCode.REQUEST_PENDING, "another command is being processed");
      }
    } catch (TspException e) {
      refuse(e);
    }
  }

  /** Answers with a refusal; what goes on, goes on. */
  void refuse(TspException refusal) {
    refuse(refusal.code(), refusal);
  }

  /** Answers with a refusal by the code that the client's version has for it. */
  private void refuse(StatusCode code, TspException refusal) {
    refusals.note(code, code.text().toLowerCase(Locale.ROOT), Optional.of(refusal.reason()));
    reply(
        StatusLine.of(
            code,
            version.dialect().text(code) + refusal.advice().map(what -> "; " + what).orElse(""),
            refusal.referral().filter(brokers -> version.knowsReferral())));
  }

  /** A client that need not say {@code accept} may say it while the broker is at it. */
  private boolean isAcceptedUnasked(TunnelCommand command) {
    return acceptedUnasked && command instanceof TunnelCommand.Accept;
  }

  private void execute(TunnelCommand command) {
    if (command instanceof TunnelCommand.Create create) {
      run(Work.COMMAND, () -> broker.offer(identity, create.request(), path), this::offer);
    } else if (command instanceof TunnelCommand.Info) {
      run(Work.COMMAND, () -> broker.info(identity, path), this::replyOffer);
    } else if (command instanceof TunnelCommand.Delete) {
      run(Work.COMMAND, () -> broker.delete(identity, path), done -> replySuccess());
    } else if (command instanceof TunnelCommand.Accept) {
      accept();
    } else {
      reject();
    }
  }

  private void offer(TunnelOffer offer) {
    acceptedUnasked = false;
    offered = offer.id();
    replyOffer(offer);
    if (!version.insistsOnAccept()) {
      acceptUnasked(offer.id());
    }
  }

  /** For versions whose clients are done when they have the offer; they cannot be told more. */
  private void acceptUnasked(String id) {
    offered = null;
    acceptedUnasked = true;
    work = Work.ACCEPT;
    stages.run(
        () -> broker.accept(identity, id),
        done -> work = Work.NONE,
        failure -> {
          work = Work.NONE;
          acceptedUnasked = false;
          refusals.note(StatusCode.SERVER_ERROR, "accept failed", Optional.of(why(failure)));
        });
  }

  private void accept() {
    String id = offered;
    if (id == null) {
      if (!acceptedUnasked) {
        throw nothingOffered();
      }
      acceptedUnasked = false;
      acknowledgeAccept();
      return;
    }
    run(
        Work.ACCEPT,
        () -> broker.accept(identity, id),
        done -> {
          offered = null;
          acknowledgeAccept();
        });
  }

  /**
   * On TCP clients do not read after {@code accept}; on UDP they repeat it until it is answered,
   * and the session is over. Nothing tells there whose the next datagram is: a NAT that has given
   * the client's port to somebody else must not give a session that is authenticated (RFC 7059
   * section 4.1).
   */
  private void acknowledgeAccept() {
    if (path.transport() == Transport.UDP) {
      replySuccess();
      done.run();
    }
  }

  private void reject() {
    String id = offered;
    if (id == null && !acceptedUnasked) {
      throw nothingOffered();
    }
    offered = null;
    acceptedUnasked = false;
    run(
        Work.COMMAND,
        () -> id == null ? broker.delete(identity, path) : broker.reject(identity, id),
        done -> replySuccess());
  }

  private static TspException nothingOffered() {
    return new TspException(StatusCode.PROTOCOL_ERROR, "no offer to answer");
  }

  private <T> void run(Work kind, Supplier<CompletionStage<T>> stage, Consumer<T> done) {
    work = kind;
    stages.run(
        stage,
        result -> {
          work = Work.NONE;
          done.accept(result);
        },
        failure -> {
          work = Work.NONE;
          if (kind == Work.ACCEPT) {
            offered = null;
          }
          if (failure instanceof TspException refusal) {
            refuse(version.dialect().code(refusal.code()), refusal);
          } else {
            refuse(new TspException(StatusCode.SERVER_ERROR, why(failure)));
          }
        });
  }

  private static String why(Throwable failure) {
    return failure instanceof TspException refusal
        ? refusal.code().number() + " " + refusal.reason()
        : failure.toString();
  }

  private void replyOffer(TunnelOffer offer) {
    reply(StatusLine.of(StatusCode.SUCCESS) + ReplyWriter.offer(offer));
  }

  private void replySuccess() {
    reply(StatusLine.of(StatusCode.SUCCESS));
  }

  private void reply(String body) {
    out.reply(Frame.write(body));
  }
}
