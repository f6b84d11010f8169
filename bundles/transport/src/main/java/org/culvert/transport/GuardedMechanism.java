package org.culvert.transport;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import javax.security.auth.callback.CallbackHandler;
import javax.security.sasl.AuthenticationException;
import javax.security.sasl.SaslException;
import javax.security.sasl.SaslServer;
import javax.security.sasl.SaslServerFactory;
import org.culvert.protocol.AuthenticationUnavailableException;
import org.jspecify.annotations.Nullable;

/**
 * A mechanism that anybody may have made, held to the policy of its users: whomever it lets in is
 * looked at once more, for nothing makes a mechanism ask for leave. Each message that may decide
 * counts as a guess from the moment at which it is looked at.
 *
 * <p>Where a user's account cannot be looked at, or too many guesses have failed, the exchange ends
 * with {@link AuthenticationUnavailableException}, whatever the mechanism makes of it.
 */
final class GuardedMechanism implements SaslServerFactory {
  private static final String ANONYMOUS = "ANONYMOUS";

  private final SaslServerFactory factory;
  private final CredentialCallbacks callbacks;
  private final Supplier<Guesses.Guess> guesses;

  /**
   * @param guesses makes what counts the guesses of one exchange
   */
  GuardedMechanism(
      SaslServerFactory factory, CredentialCallbacks callbacks, Supplier<Guesses.Guess> guesses) {
    this.factory = factory;
    this.callbacks = callbacks;
    this.guesses = guesses;
  }

  @Override
  public @Nullable SaslServer createSaslServer(
      String mechanism,
      String protocol,
      @Nullable String serverName,
      @Nullable Map<String, ?> props,
      CallbackHandler handler)
      throws SaslException {
    Guesses.Guess guess = guesses.get();
    CountedCallbacks counted = new CountedCallbacks(handler, guess);
    SaslServer exchange = factory.createSaslServer(mechanism, protocol, serverName, props, counted);
    return exchange == null ? null : new Exchange(exchange, counted, guess);
  }

  @Override
  public String[] getMechanismNames(@Nullable Map<String, ?> props) {
    return factory.getMechanismNames(props);
  }

  private final class Exchange implements SaslServer {
    private final SaslServer exchange;

    private final CountedCallbacks counted;
    private final Guesses.Guess guess;
    private final Optional<Echo> echo;

    Exchange(SaslServer exchange, CountedCallbacks counted, Guesses.Guess guess) {
      this.exchange = exchange;
      this.counted = counted;
      this.guess = guess;
      this.echo = Optional.of(exchange.getMechanismName()).filter(Echo::isShownBy).map(Echo::of);
    }

    @Override
    public byte @Nullable [] evaluateResponse(byte[] response) throws SaslException {
      if (getMechanismName().equals(ANONYMOUS)) {
        return exchange.evaluateResponse(response);
      }
      boolean echoed = echo.filter(nonce -> nonce.isIn(response)).isPresent();
      if (echoed) {
        callbacks.answered();
      }
      if (!begin()) {
        guess.undecided();
        throw new AuthenticationUnavailableException("too many failed authentications");
      }
      try {
        byte @Nullable [] answer = exchange.evaluateResponse(response);
        counted.check();
        if (exchange.isComplete()) {
          guess.passed(checked(exchange.getAuthorizationID()));
        } else {
          guess.undecided();
          echo.ifPresent(nonce -> nonce.challenged(answer));
        }
        return answer;
      } catch (AuthenticationUnavailableException e) {
        guess.undecided();
        throw e;
      } catch (SaslException | RuntimeException e) {
        Optional<AuthenticationUnavailableException> unavailable = counted.unavailable();
        if (unavailable.isPresent()) {
          guess.undecided();
          throw unavailable.get();
        }
        guess.failed(echoed || (!guess.needsEcho() && e instanceof AuthenticationException));
        throw e;
      }
    }

    /** Where a guess takes a nonce, what comes before the nonce is sent is none. */
    private boolean begin() {
      boolean comesFirst = guess.needsEcho() && !echo.filter(Echo::isAwaited).isPresent();
      return comesFirst ? guess.mayBegin() : guess.begin();
    }

    private String checked(@Nullable String user) throws SaslException {
      try {
        if (user == null || !callbacks.admits(user)) {
          throw new AuthenticationException("the user may not come in this way");
        }
        return user;
      } catch (SaslException e) {
        throw e;
      } catch (IOException e) {
        throw new AuthenticationUnavailableException("accounts not available", e);
      }
    }

    @Override
    public String getMechanismName() {
      return exchange.getMechanismName();
    }

    @Override
    public boolean isComplete() {
      return exchange.isComplete();
    }

    @Override
    public @Nullable String getAuthorizationID() {
      return exchange.getAuthorizationID();
    }

    @Override
    public byte[] unwrap(byte[] incoming, int offset, int length) throws SaslException {
      return exchange.unwrap(incoming, offset, length);
    }

    @Override
    public byte[] wrap(byte[] outgoing, int offset, int length) throws SaslException {
      return exchange.wrap(outgoing, offset, length);
    }

    @Override
    public @Nullable Object getNegotiatedProperty(String name) {
      return exchange.getNegotiatedProperty(name);
    }

    @Override
    public void dispose() throws SaslException {
      exchange.dispose();
    }
  }
}
