package org.culvert.protocol;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.stream.Collectors;
import javax.security.sasl.SaslException;
import org.culvert.api.status.StatusCode;
import org.culvert.protocol.ServerAuthentication.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The authentication phase of a session (RFC 5572 section 4.4.2.1): {@code AUTHENTICATE}, then the
 * messages of a mechanism, in its dialect.
 */
final class AuthenticationPhase {

  /** What the phase ends in. */
  interface Verdict {
    /**
     * The client is who it says.
     *
     * @param success the mechanism's verdict; its last message is to be sent before the success
     */
    void authenticated(Outcome.Success success, TspVersion version);

    /**
     * The session has to end.
     *
     * @param detail what else the operator may want to know
     */
    void refused(StatusCode code, String reason, Optional<String> detail);
  }

  private final boolean stream;
  private final SessionServices services;
  private final TspVersion version;
  private final SessionOutput out;
  private final Stages stages;
  private final Verdict verdict;

  private @Nullable String mechanism;
  private @Nullable ServerAuthentication exchange;
  private boolean evaluating;

  AuthenticationPhase(
      boolean stream,
      SessionServices services,
      TspVersion version,
      SessionOutput out,
      Stages stages,
      Verdict verdict) {
    this.stream = stream;
    this.services = services;
    this.version = version;
    this.out = out;
    this.stages = stages;
    this.verdict = verdict;
  }

  /** Tells whether a mechanism is at work, on whose answer everything else has to wait. */
  boolean isEvaluating() {
    return evaluating;
  }

  /** Tells whether the next message is a mechanism's, and may be empty. */
  boolean inExchange() {
    return exchange != null;
  }

  /** Returns the mechanism that the client asked for, as it wrote it. */
  Optional<String> mechanism() {
    return Optional.ofNullable(mechanism);
  }

  /** Takes a line without its end. */
  void message(byte[] line) {
    if (evaluating) {
      refuse("sasl message out of turn");
    } else if (exchange == null) {
      authenticate(Wire.text(Wire.trim(line)));
    } else {
      exchangeMessage(exchange, line);
    }
  }

  private void authenticate(String line) {
    String[] words = line.split(" +", -1);
    if (words.length != 2 || !words[0].equalsIgnoreCase("AUTHENTICATE")) {
      refuse("no authenticate line");
      return;
    }
    mechanism = words[1];
    List<OfferedMechanism> offered = services.mechanisms();
    Optional<OfferedMechanism> chosen =
        offered.stream().filter(one -> one.name().equalsIgnoreCase(words[1])).findFirst();
    if (chosen.isEmpty()) {
      verdict.refused(
          StatusCode.AUTHENTICATION_FAILED,
          "mechanism not offered",
          Optional.of(
              offered.stream()
                  .map(OfferedMechanism::name)
                  .collect(Collectors.joining(", ", "offered were ", ""))));
      return;
    }
    ServerAuthentication opened = new ServerAuthentication(chosen.get(), services, version);
    exchange = opened;
    switch (opened.dialect()) {
      case SILENT, SERVER_FIRST -> evaluate(opened, new byte[0]);
      case RAW, CLIENT_FIRST -> opened.dialect().goAhead(stream).ifPresent(out::reply);
    }
  }

  private void exchangeMessage(ServerAuthentication opened, byte[] line) {
    if (opened.dialect() == SaslDialect.RAW) {
      evaluate(opened, PlainCredentials.normalize(line));
    } else {
      SaslDialect.decode(line)
          .ifPresentOrElse(
              message -> evaluate(opened, message), () -> refuse("sasl message not base64"));
    }
  }

  private void evaluate(ServerAuthentication opened, byte[] message) {
    evaluating = true;
    stages.run(
        () -> opened.evaluate(message),
        outcome -> {
          evaluating = false;
          if (outcome instanceof Outcome.Success success) {
            verdict.authenticated(success, version);
          } else if (outcome instanceof Outcome.Challenge challenge) {
            out.reply(SaslDialect.encode(challenge.data()));
          }
        },
        failure -> {
          evaluating = false;
          if (failure instanceof RejectedExecutionException) {
            verdict.refused(StatusCode.SERVER_BUSY, "server too busy", Optional.empty());
          } else if (failure instanceof AuthenticationUnavailableException unavailable) {
            verdict.refused(StatusCode.SERVER_BUSY, unavailable.reason(), Optional.empty());
          } else if (failure instanceof SaslException) {
            refuse("authentication failed");
          } else {
            verdict.refused(
                StatusCode.AUTHENTICATION_FAILED,
                "sasl mechanism broke",
                Optional.of(failure.toString()));
          }
        });
  }

  private void refuse(String reason) {
    verdict.refused(StatusCode.AUTHENTICATION_FAILED, reason, Optional.empty());
  }

  /** Ends the exchange if there is one. */
  void dispose() {
    if (exchange != null) {
      exchange.dispose();
    }
  }
}
