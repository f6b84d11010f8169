package org.culvert.protocol;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import javax.security.sasl.Sasl;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import org.culvert.api.account.SaslProperties;
import org.culvert.api.broker.Identity;
import org.jspecify.annotations.Nullable;

/** One SASL exchange, the server's side. Its mechanism is called on the blocking executor only. */
final class ServerAuthentication {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int TOKEN_OCTETS = 16;

  /** What a message of the client's leads to. */
  sealed interface Outcome {
    /** The client is to be sent this and to go on. */
    record Challenge(byte[] data) implements Outcome {}

    /**
     * The client is who it says; if there is last data it is to be sent first.
     *
     * @param echoed whether it has sent back a nonce of this side's
     */
    record Success(Identity identity, byte[] data, boolean echoed) implements Outcome {}
  }

  private final OfferedMechanism mechanism;
  private final SaslDialect dialect;
  private final SessionServices services;
  private final TspVersion version;
  private @Nullable SaslServer server;
  private boolean over;

  ServerAuthentication(OfferedMechanism mechanism, SessionServices services, TspVersion version) {
    this.mechanism = mechanism;
    this.dialect = SaslDialect.of(mechanism.name());
    this.services = services;
    this.version = version;
  }

  SaslDialect dialect() {
    return dialect;
  }

  /**
   * Evaluates a message, which is cleared afterwards.
   *
   * @return fails with a {@link SaslException} if the client is refused
   */
  CompletionStage<Outcome> evaluate(byte[] message) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return evaluateNow(message);
          } catch (SaslException e) {
            throw new CompletionException(e);
          } finally {
            Arrays.fill(message, (byte) 0);
          }
        },
        services.blocking());
  }

  private synchronized Outcome evaluateNow(byte[] message) throws SaslException {
    if (over) {
      throw new SaslException("the session ended meanwhile");
    }
    SaslServer exchange = server;
    if (exchange == null) {
      exchange = open();
      server = exchange;
    }
    byte @Nullable [] answer = exchange.evaluateResponse(message);
    byte[] data = answer == null ? Wire.NOTHING : answer;
    return exchange.isComplete()
        ? new Outcome.Success(identity(exchange), data, SaslDialect.echoesNonce(mechanism.name()))
        : new Outcome.Challenge(data);
  }

  private SaslServer open() throws SaslException {
    boolean bindingOffered =
        services.mechanisms().stream().anyMatch(offered -> SaslDialect.binds(offered.name()));
    Map<String, String> properties =
        Map.of(
            Sasl.QOP,
            "auth",
            SaslProperties.ZERO_OCTET_DEFECT,
            Boolean.toString(version.hasZeroOctetDefect()),
            SaslProperties.CHANNEL_BINDING_OFFERED,
            Boolean.toString(bindingOffered));
    return Optional.ofNullable(
            mechanism
                .factory()
                .createSaslServer(
                    mechanism.name(),
                    SaslProperties.SERVICE,
                    services.realm(),
                    properties,
                    services.callbackHandler(mechanism.name())))
        .orElseThrow(() -> new SaslException("the factory makes no " + mechanism.name()));
  }

  private Identity identity(SaslServer exchange) throws SaslException {
    if (dialect == SaslDialect.SILENT) {
      byte[] token = new byte[TOKEN_OCTETS];
      RANDOM.nextBytes(token);
      return Identity.anonymous(HexFormat.of().formatHex(token));
    }
    String user = exchange.getAuthorizationID();
    if (user == null || user.isBlank()) {
      throw new SaslException("the mechanism names no user");
    }
    return Identity.of(user);
  }

  /** Ends the exchange, after the message in work if there is one; none is begun any more. */
  void dispose() {
    try {
      services.blocking().execute(this::disposeNow);
    } catch (RejectedExecutionException e) {
      // The server is stopping or overloaded; what the mechanism holds is left to the collector.
      services.dropped("sasl dispose");
    }
  }

  private synchronized void disposeNow() {
    over = true;
    SaslServer exchange = server;
    if (exchange == null) {
      return;
    }
    try {
      exchange.dispose();
    } catch (SaslException e) {
      services.dropped("sasl dispose");
    }
  }
}
