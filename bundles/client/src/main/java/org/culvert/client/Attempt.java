package org.culvert.client;

import java.util.Optional;
import java.util.function.Consumer;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.tunnel.TunnelType;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to get a tunnel: looks for an offer ({@link Pursuit}) and makes a tunnel of it
 * ({@link BringUp}). Everything in it has a limit of time, so that it ends in one outcome, unless
 * it is abandoned. Confined to the {@link EventLoop}.
 */
final class Attempt {
  private final ClientSettings settings;
  private final EventLoop loop;
  private final BrokerWays ways;
  private final TunnelSignaling signaling;
  private final TunnelEndpoint endpoint;
  private final Optional<Held> present;
  private final boolean works;
  private final Consumer<SignalingTarget> offered;
  private final Consumer<Outcome> done;
  private @Nullable Pursuit pursuit;
  private @Nullable BringUp bringUp;

  /**
   * @param present the tunnel that the endpoint holds
   * @param works whether it works, as far as is known: then it is renewed
   * @param offered is told who makes an offer
   * @param done is told the outcome, once, on the loop
   */
  Attempt(
      ClientSettings settings,
      EventLoop loop,
      BrokerWays ways,
      TunnelSignaling signaling,
      TunnelEndpoint endpoint,
      Optional<Held> present,
      boolean works,
      Consumer<SignalingTarget> offered,
      Consumer<Outcome> done) {
    this.settings = settings;
    this.loop = loop;
    this.ways = ways;
    this.signaling = signaling;
    this.endpoint = endpoint;
    this.present = present;
    this.works = works;
    this.offered = offered;
    this.done = done;
  }

  /**
   * Begins.
   *
   * @param type what to ask for
   * @param remembered whom to ask first, and how
   */
  void start(TunnelType type, Optional<Memory.Remembered> remembered) {
    Pursuit begun =
        new Pursuit(
            settings,
            type,
            loop,
            ways,
            signaling,
            endpoint.profiles(),
            remembered,
            present.filter(held -> works).map(held -> held.renewed(settings.credentials())),
            this::pursued);
    pursuit = begun;
    begun.start();
  }

  private void pursued(Pursuit.Outcome outcome) {
    pursuit = null;
    if (outcome instanceof Pursuit.Outcome.Found found) {
      BringUp begun =
          new BringUp(
              settings,
              loop,
              endpoint,
              found.exchange(),
              found.nat64(),
              present.map(Held::parameters),
              works,
              end -> broughtUp(found, end));
      bringUp = begun;
      offered.accept(found.target());
      begun.start();
    } else if (outcome instanceof Pursuit.Outcome.Failed failed) {
      done.accept(new Outcome.Failed(failed.failure(), false));
    }
  }

  private void broughtUp(Pursuit.Outcome.Found found, BringUp.Outcome outcome) {
    bringUp = null;
    SignalingExchange exchange = found.exchange();
    if (outcome instanceof BringUp.Outcome.Up up) {
      Held held = new Held(up.parameters(), exchange.offer(), exchange.path(), loop.nanos());
      done.accept(new Outcome.Up(held, exchange, found.worked()));
    } else if (outcome instanceof BringUp.Outcome.NotCarried not) {
      done.accept(new Outcome.NotCarried(not.type()));
    } else if (outcome instanceof BringUp.Outcome.Failed failed) {
      done.accept(new Outcome.Failed(failed.failure(), failed.replaced()));
    }
  }

  /** Ends it without an outcome; whoever calls this decides what the endpoint shall hold. */
  void abandon() {
    if (pursuit != null) {
      pursuit.abandon();
    }
    if (bringUp != null) {
      bringUp.abandon();
    }
  }

  /** How it ended. */
  sealed interface Outcome {
    /**
     * There is a tunnel.
     *
     * @param held what it is
     * @param exchange its session, which the receiver closes
     * @param worked what to remember
     */
    record Up(Held held, SignalingExchange exchange, Memory.Remembered worked) implements Outcome {}

    /**
     * No installed bundle carries what the broker chose.
     *
     * @param type the type
     */
    record NotCarried(TunnelType type) implements Outcome {}

    /**
     * There is none.
     *
     * @param failure why
     * @param replaced whether the broker has put another in the place of the present one
     */
    record Failed(Failure failure, boolean replaced) implements Outcome {}
  }
}
