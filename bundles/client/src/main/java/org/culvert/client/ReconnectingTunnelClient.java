package org.culvert.client;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one tunnel up, for ever.
 *
 * <p>In order: ask ({@link Pursuit}), bring up ({@link BringUp}), hold; on silence, on the loss of
 * the local address and in time before the lifetime ends, ask again at once; on failure, wait and
 * ask again. What the endpoint holds stays there until something replaces it, so that connections
 * inside survive. Confined to its {@link EventLoop}, which it closes together with its resolver.
 */
final class ReconnectingTunnelClient implements TunnelClient, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReconnectingTunnelClient.class);

  /** How often the local addresses are looked at. */
  static final Duration POLL = Duration.ofSeconds(5);

  /**
   * What a broker means that tells none (RFC 5572 appendix A), and brokers that write seconds
   * instead of minutes mean a day or a week.
   */
  private static final Duration LONGEST_LIFETIME = Duration.ofDays(1);

  private static final Duration SHORTEST_RENEWAL = Duration.ofSeconds(30);
  private static final long CLOSE_LIMIT_SECONDS = 5;

  /** Services come a moment after the client. */
  static final Duration SETTLING = Duration.ofSeconds(2);

  private final ClientSettings settings;
  private final TunnelSignaling signaling;
  private final TunnelEndpoint endpoint;
  private final EventLoop loop;
  private final Resolver resolver;
  private final AddressWatch addressWatch;
  private final Backoff backoff;
  private final Memory memory;
  private final TypeChoice types;
  private final ClientServices services;
  private final Serving serving;
  private final AutoCloseable silenceWatch;
  private final StatusBoard board;
  private @Nullable Pursuit pursuit;
  private @Nullable BringUp bringUp;
  private @Nullable Held held;

  /** Whether what is held is known not to work any more. */
  private boolean lost;

  private EventLoop.Timer retry = () -> {};
  private Instant retryAt = Instant.MAX;
  private EventLoop.Timer renewal = () -> {};

  /** Whether nothing is asked because nobody here speaks what shall be asked for. */
  private boolean speechless;

  /** Starts asking at once. */
  ReconnectingTunnelClient(
      ClientSettings settings,
      TunnelSignaling signaling,
      TunnelEndpoint endpoint,
      EventLoop loop,
      Resolver resolver,
      LocalAddresses addresses,
      ClientServices services,
      RandomGenerator random) {
    this.settings = settings;
    this.signaling = signaling;
    this.endpoint = endpoint;
    this.loop = loop;
    this.resolver = resolver;
    this.addressWatch = new AddressWatch(addresses, ClientSettings.overIpv4(settings.tunnelType()));
    this.backoff = new Backoff(settings.retryMin(), settings.retryMax(), random);
    this.memory = new Memory(settings.state(), settings.servers());
    this.types = new TypeChoice(settings);
    this.board = new StatusBoard(loop::now);
    this.silenceWatch = endpoint.watchSilence(id -> loop.execute(() -> silent(id)));
    this.services = services;
    this.serving = new Serving(settings.credentials(), loop, endpoint, services);
    services.whenRoutingComes(() -> loop.execute(this::routingCame));
    loop.execute(serving::gone);
    if (settings.wishes().speaks()) {
      loop.after(SETTLING, this::ask);
    } else {
      loop.execute(this::ask);
    }
    loop.after(POLL, this::poll);
  }

  private void routingCame() {
    if (speechless) {
      ask();
    }
  }

  private void ask() {
    if (pursuit != null || bringUp != null) {
      return;
    }
    stopWaiting();
    // What was agreed on is asked for again whoever is there: a service may just be exchanged.
    speechless =
        held == null && settings.wishes().speaks() && !services.speaks(settings.wishes().routing());
    if (speechless) {
      failed(Failure.notSpoken(settings.wishes().routing()));
      return;
    }
    Optional<TunnelType> type = types.next();
    if (type.isEmpty()) {
      failed(
          Failure.passing(
              "no bundle here carries the tunnel type that the broker offers; install its"
                  + " encapsulation"));
      return;
    }
    publish(Phase.CONNECTING);
    pursuit =
        new Pursuit(
            settings, type.get(), loop, resolver, signaling, memory.recall(), this::pursued);
    pursuit.start();
  }

  private void pursued(Pursuit.Outcome outcome) {
    pursuit = null;
    if (outcome instanceof Pursuit.Outcome.Found found) {
      board.offered(found.target());
      bringUp =
          new BringUp(
              settings,
              loop,
              endpoint,
              found.exchange(),
              Optional.ofNullable(held).map(Held::parameters),
              end -> broughtUp(found, end));
      bringUp.start();
    } else if (outcome instanceof Pursuit.Outcome.Failed failed) {
      failed(failed.failure());
    }
  }

  private void broughtUp(Pursuit.Outcome.Found found, BringUp.Outcome outcome) {
    bringUp = null;
    if (outcome instanceof BringUp.Outcome.Up up) {
      up(new Held(up.parameters(), found.exchange().offer(), found.exchange().path(), loop.now()));
      memory.remember(found.worked());
    } else if (outcome instanceof BringUp.Outcome.NotCarried not) {
      types.notCarried(not.type());
      ask();
    } else if (outcome instanceof BringUp.Outcome.Failed failed) {
      failed(failed.failure());
    }
  }

  private void up(Held now) {
    boolean renewed = held != null && !lost && held.parameters().equals(now.parameters());
    held = now;
    lost = false;
    types.roundEnded();
    backoff.reset();
    renewal.cancel();
    renewWithin(now.offer().lifetime().orElse(LONGEST_LIFETIME));
    LOG.info(
        "tunnel {}: {}, {}, broker {}",
        renewed ? "renewed" : "up",
        settings.credentials().user().orElse("anonymous"),
        now,
        board.status().broker().orElse("unknown"));
    board.up(now);
    serving.up(now);
    RoutingProtocol wished = settings.wishes().routing();
    if (!renewed && settings.wishes().speaks() && !now.speaks(wished)) {
      LOG.warn("the broker routes statically, although routing = {} was asked for", wished);
    }
  }

  /** Renews at about three quarters of the lifetime; clients that came together part ways. */
  private void renewWithin(Duration said) {
    Duration lifetime = said.compareTo(LONGEST_LIFETIME) < 0 ? said : LONGEST_LIFETIME;
    Duration wait =
        backoff.between(
            lifetime.multipliedBy(7).dividedBy(10), lifetime.multipliedBy(8).dividedBy(10));
    renewal = loop.after(wait.compareTo(SHORTEST_RENEWAL) < 0 ? SHORTEST_RENEWAL : wait, this::ask);
  }

  private void failed(Failure failure) {
    types.roundEnded();
    types.failed();
    Duration wait = failure.lasting() ? backoff.patient() : backoff.next();
    retry.cancel();
    retry = loop.after(wait, this::ask);
    // A lasting failure does not pass because the machine got another address.
    retryAt = failure.lasting() ? Instant.MIN : loop.now().plus(wait);
    if (board.failed(failure.text())) {
      LOG.warn("No tunnel: {}. Asking again in {} s", failure.text(), wait.toSeconds());
    } else {
      LOG.debug("again no tunnel; asking again in {} s", wait.toSeconds());
    }
    publish(Phase.WAITING);
  }

  private void silent(String id) {
    Held now = held;
    if (now == null || lost || !id.equals(TunnelPlan.ID) || !now.canBeSilent(loop.now())) {
      return;
    }
    boolean heard = endpoint.tunnel(id).flatMap(TunnelStatus::silence).isPresent();
    String next = "";
    if (!heard && types.neverHeard(now.parameters().type())) {
      next = ", which may be the carrier's doing; UDP is tried next";
    }
    lose(now, (heard ? "no answer to keepalives" : "no packet ever came out of it") + next);
    ask();
  }

  private void poll() {
    pollAddresses();
    if (held != null && !lost) {
      serving.look(held);
    }
    loop.after(POLL, this::poll);
  }

  private void pollAddresses() {
    Held now = held;
    Optional<InetAddress> needed =
        now == null || lost ? Optional.empty() : Optional.of(now.localAddress());
    AddressWatch.Change change = addressWatch.look(needed);
    if (now != null && change == AddressWatch.Change.LOST) {
      lose(now, "the local address is gone");
      types.networkChanged();
      abandon();
      ask();
    } else if (change == AddressWatch.Change.APPEARED) {
      types.networkChanged();
      hurry();
    }
  }

  /** Cuts a long wait to a short one: another network may be better. */
  private void hurry() {
    backoff.reset();
    Instant at = loop.now().plus(backoff.next());
    if (pursuit == null && bringUp == null && at.isBefore(retryAt) && retryAt != Instant.MAX) {
      retry.cancel();
      retryAt = at;
      retry = loop.after(Duration.between(loop.now(), at), this::ask);
    }
  }

  private void lose(Held now, String why) {
    lost = true;
    renewal.cancel();
    serving.gone();
    LOG.info("tunnel lost: {}: {}", now, why);
  }

  @Override
  public ClientStatus status() {
    return board.status().with(services.states());
  }

  @Override
  public void reconnect() {
    loop.execute(
        () -> {
          LOG.info("the operator asks for a new tunnel");
          drop();
          backoff.reset();
          types.networkChanged();
          ask();
        });
  }

  /** Ends what is under way and takes the tunnel down. */
  private void drop() {
    abandon();
    stopWaiting();
    renewal.cancel();
    Optional.ofNullable(held).ifPresent(gone -> LOG.info("tunnel down: {}", gone));
    if (held != null && !lost) {
      serving.gone();
    }
    held = null;
    lost = false;
    endpoint.apply(List.of());
    board.down();
  }

  private void abandon() {
    if (pursuit != null) {
      pursuit.abandon();
      pursuit = null;
    }
    if (bringUp != null) {
      bringUp.abandon();
      bringUp = null;
    }
  }

  private void stopWaiting() {
    retry.cancel();
    retryAt = Instant.MAX;
  }

  /** A client that renews what works is connected, whatever else it does. */
  private void publish(Phase activity) {
    board.phase(held != null && !lost ? Phase.CONNECTED : activity);
  }

  /**
   * Takes back what is provided with the tunnel, closes the tunnel and stops. Blocks until the
   * services have done so, for a limited time, and the endpoint was told.
   */
  @Override
  public void close() {
    services.close();
    try {
      silenceWatch.close();
    } catch (Exception e) {
      LOG.debug("the watch does not end", e);
    }
    CountDownLatch told = new CountDownLatch(1);
    loop.execute(
        () -> {
          drop();
          told.countDown();
        });
    try {
      if (!told.await(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("The tunnel client does not come to an end; its tunnel may stay for a while");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    loop.close();
    resolver.close();
  }
}
