package org.culvert.client;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes a tunnel of an offer.
 *
 * <p>In order, for a first tunnel: see whether it can be carried; tell the endpoint, which sends
 * nothing yet; accept; once the broker knows, let the endpoint send. The endpoint comes first, so
 * that it takes over the session's very port while the session still holds the NAT's mapping, and
 * so that the first packet after the accept finds a tunnel; and it is quiet, since no data may be
 * sent before the accept is acknowledged. Whatever fails before the accept is rejected, and the
 * endpoint gets back what it had.
 *
 * <p>A tunnel that works is not broken before the next is made: accept comes first then, however
 * often it has to be repeated, and the endpoint is told when the broker knows. Where the next is
 * the same again, the endpoint has nothing to do.
 *
 * <p>The exchange is closed if nothing comes of it; that of a tunnel that is up is the receiver's.
 * Confined to the {@link EventLoop}.
 */
final class BringUp {
  private static final Logger LOG = LoggerFactory.getLogger(BringUp.class);
  private static final Duration APPLY_LIMIT = Duration.ofSeconds(30);

  /** Over UDP an accept is sent again and again for 66 seconds. */
  private static final Duration ACCEPT_LIMIT = Duration.ofSeconds(90);

  private static final Duration REJECT_LIMIT = Duration.ofSeconds(10);

  private final ClientSettings settings;
  private final EventLoop loop;
  private final TunnelEndpoint endpoint;
  private final SignalingExchange exchange;
  private final Optional<Nat64Prefix> nat64;
  private final Optional<TunnelParameters> present;
  private final boolean works;
  private final Consumer<Outcome> done;
  private boolean accepted;
  private boolean over;

  /**
   * @param nat64 the NAT64 that the session goes through
   * @param present the tunnel that the endpoint holds now
   * @param works whether that tunnel works, as far as is known
   */
  BringUp(
      ClientSettings settings,
      EventLoop loop,
      TunnelEndpoint endpoint,
      SignalingExchange exchange,
      Optional<Nat64Prefix> nat64,
      Optional<TunnelParameters> present,
      boolean works,
      Consumer<Outcome> done) {
    this.settings = settings;
    this.loop = loop;
    this.endpoint = endpoint;
    this.exchange = exchange;
    this.nat64 = nat64;
    this.present = present;
    this.works = works;
    this.done = done;
  }

  /** Begins; the outcome is told once, on the loop, perhaps before this returns. */
  void start() {
    TunnelType type = exchange.offer().type();
    SignalingPath path = exchange.path();
    if (endpoint.profiles().stream().noneMatch(one -> one.type().equals(type))) {
      reject();
      end(new Outcome.NotCarried(type));
      return;
    }
    TunnelParameters parameters;
    try {
      parameters = TunnelPlan.of(settings, exchange.offer(), path, nat64);
    } catch (UnusableOfferException e) {
      reject();
      end(new Outcome.Failed(Failure.passing("unusable offer: " + e.getMessage())));
      return;
    }
    if (works) {
      accept(parameters);
    } else {
      apply(TunnelPlan.quiet(parameters), () -> accept(parameters));
    }
  }

  /** Ends it without an outcome; whoever calls this decides what the endpoint shall hold. */
  void abandon() {
    if (!over) {
      over = true;
      exchange.close();
    }
  }

  private void apply(TunnelParameters parameters, Runnable next) {
    loop.await(
        endpoint.apply(List.of(parameters)),
        APPLY_LIMIT,
        nothing -> applied(parameters, next),
        cause -> takeBack("the tunnel cannot be set up: " + cause.getMessage()),
        nothing -> {});
  }

  private void applied(TunnelParameters parameters, Runnable next) {
    if (over) {
      return;
    }
    TunnelState state =
        endpoint
            .tunnel(parameters.id())
            .map(TunnelStatus::state)
            .orElse(new TunnelState.Failed("the endpoint does not know it"));
    if (state instanceof TunnelState.Suspended) {
      endpoint.apply(present.map(List::of).orElse(List.of()));
      withdraw();
      end(new Outcome.NotCarried(parameters.type()));
    } else if (state instanceof TunnelState.Failed failed) {
      takeBack("the tunnel cannot be set up: " + failed.reason());
    } else {
      next.run();
    }
  }

  private void accept(TunnelParameters parameters) {
    loop.await(
        exchange.accept(),
        ACCEPT_LIMIT,
        nothing -> accepted(parameters),
        cause -> notAccepted(cause),
        nothing -> {});
  }

  private void accepted(TunnelParameters parameters) {
    if (!over) {
      accepted = true;
      apply(parameters, () -> up(parameters));
    }
  }

  private void up(TunnelParameters parameters) {
    end(new Outcome.Up(parameters));
  }

  private void notAccepted(Throwable cause) {
    if (!over) {
      exchange.close();
      if (!works) {
        endpoint.apply(present.map(List::of).orElse(List.of()));
      }
      end(
          new Outcome.Failed(
              Failure.refusal(cause)
                  .map(refusal -> Failure.refusedAfterAll("the broker", refusal))
                  .orElseGet(
                      () ->
                          Failure.passing(
                              "the broker did not take the accept: " + cause.getMessage()))));
    }
  }

  private void takeBack(String why) {
    if (!over) {
      endpoint.apply(present.map(List::of).orElse(List.of()));
      withdraw();
      end(new Outcome.Failed(Failure.passing(why), accepted));
    }
  }

  /** After the accept there is nothing to reject: the next session replaces the tunnel. */
  private void withdraw() {
    if (accepted) {
      exchange.close();
    } else {
      reject();
    }
  }

  /** Closes once the broker knows; nothing waits for it. */
  private void reject() {
    loop.await(
        exchange.reject(),
        REJECT_LIMIT,
        nothing -> exchange.close(),
        cause -> {
          LOG.debug("the broker did not take the reject", cause);
          exchange.close();
        },
        nothing -> {});
  }

  private void end(Outcome outcome) {
    over = true;
    done.accept(outcome);
  }

  /** How it ended. */
  sealed interface Outcome {
    /**
     * The tunnel is up at both ends, as far as was said. The exchange is open still.
     *
     * @param parameters what it is
     */
    record Up(TunnelParameters parameters) implements Outcome {}

    /**
     * No installed bundle carries this type.
     *
     * @param type the type
     */
    record NotCarried(TunnelType type) implements Outcome {}

    /**
     * It did not work.
     *
     * @param failure why
     * @param replaced whether the broker has put the new tunnel in the place of the present one
     */
    record Failed(Failure failure, boolean replaced) implements Outcome {
      /** Makes the outcome after which a present tunnel is what it was. */
      Failed(Failure failure) {
        this(failure, false);
      }
    }
  }
}
