package org.culvert.client;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.client.TunnelClient;
import org.culvert.api.config.ConfigurationReport.Mistake;
import org.culvert.api.config.MistakeSource;
import org.culvert.api.endpoint.TunnelEndpoint;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.TunnelSignaling;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelStatus.Quiet;
import org.culvert.api.tunnel.TunnelType;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one tunnel up, for ever.
 *
 * <p>In order: ask and bring up ({@link Attempt}), hold; on silence, on the loss of the local
 * address and in time before the lifetime ends, ask again at once; on failure, wait and ask again.
 * What the endpoint holds stays there until something replaces it, so that connections inside
 * survive. Confined to its {@link EventLoop}, which it closes together with whom it asks.
 */
final class ReconnectingTunnelClient implements TunnelClient, MistakeSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ReconnectingTunnelClient.class);

  /** How often the local addresses are looked at. */
  static final Duration POLL = Duration.ofSeconds(5);

  private static final long CLOSE_LIMIT_SECONDS = 5;

  /** Services come a moment after the client. */
  static final Duration SETTLING = Duration.ofSeconds(2);

  private final ClientSettings settings;
  private final TunnelSignaling signaling;
  private final TunnelEndpoint endpoint;
  private final EventLoop loop;
  private final Resolver resolver;
  private final Routers routers;
  private final BrokerWays ways;
  private final AddressWatch addressWatch;
  private final NextAttempt next;
  private final Memory memory;
  private final Executor disk;
  private final TypeChoice types;
  private final KeepAliveWish keepAlive;
  private final Hearing hearing;
  private final ClientServices services;
  private final Serving serving;
  private final AutoCloseable silenceWatch;
  private final AcceptWatch acceptWatch;
  private final StatusBoard board;
  private final Login login;
  private @Nullable Attempt attempt;
  private EventLoop.Timer expiry = () -> {};
  private @Nullable Held held;

  /** Whether what is held is known not to work any more. */
  private boolean lost;

  /** Whether it is lost only because nothing comes out of it. */
  private boolean silent;

  /** Whether it is being closed; what still falls due until the loop ends is not done. */
  private boolean closed;

  /** Since when tunnels with one interval have stood without a loss, renewals included. */
  private long standing;

  /** Whether nothing is asked because nobody here speaks what shall be asked for. */
  private boolean speechless;

  /**
   * Starts asking at once.
   *
   * @param disk writes down what is remembered, and may block
   */
  ReconnectingTunnelClient(
      ClientSettings settings,
      TunnelSignaling signaling,
      TunnelEndpoint endpoint,
      EventLoop loop,
      Resolver resolver,
      Routers routers,
      LocalAddresses addresses,
      ClientServices services,
      Executor disk,
      RandomGenerator random) {
    this.settings = settings;
    this.signaling = signaling;
    this.endpoint = endpoint;
    this.loop = loop;
    this.resolver = resolver;
    this.routers = routers;
    this.ways = new BrokerWays(settings, loop, resolver, routers, addresses);
    this.addressWatch = new AddressWatch(addresses, ClientSettings.overIpv4(settings.tunnelType()));
    this.next =
        new NextAttempt(
            loop, new Backoff(settings.retryMin(), settings.retryMax(), random), this::ask);
    this.disk = disk;
    this.memory = new Memory(settings, loop.time(), disk);
    this.types = new TypeChoice(settings);
    this.keepAlive =
        new KeepAliveWish(
            settings.keepAlive(), new Backoff(settings.retryMin(), settings.retryMax(), random));
    this.hearing =
        new Hearing(endpoint, new Backoff(settings.retryMin(), settings.retryMax(), random));
    this.board = new StatusBoard(loop.time());
    this.login = new Login(settings, loop, board::failed, this::passwordCame);
    this.silenceWatch = endpoint.watchSilence(id -> loop.execute(() -> silent(id)));
    this.acceptWatch = new AcceptWatch(loop, this::refusedAfterAll);
    this.services = services;
    this.serving = new Serving(settings.credentials(), loop, endpoint, services);
    loop.whenBroken(this::broken);
    services.whenRoutingComes(() -> loop.execute(this::routingCame));
    loop.execute(serving::gone);
    if (settings.wishes().speaks()) {
      loop.after(SETTLING, this::ask);
    } else {
      loop.execute(this::ask);
    }
    loop.after(POLL, this::poll);
    loop.execute(login::follow);
  }

  private void passwordCame() {
    if (attempt == null) {
      next.forgive();
      ask();
    }
  }

  private void routingCame() {
    if (speechless) {
      ask();
    }
  }

  private void ask() {
    if (attempt != null || closed) {
      return;
    }
    next.cancel();
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
    Optional<Credentials> credentials = login.now();
    if (credentials.isEmpty()) {
      failed(Failure.passing(login.problem().orElse("there is no password")));
      return;
    }
    publish(Phase.CONNECTING);
    if (held != null && !lost) {
      keepAlive.asking(held.interval(), age());
    }
    Attempt begun =
        new Attempt(
            settings.asking(keepAlive.interval(), credentials.get()),
            loop,
            ways,
            signaling,
            endpoint,
            Optional.ofNullable(held),
            works(),
            board::offered,
            this::ended);
    attempt = begun;
    begun.start(type.get(), memory.recall(works()));
  }

  private void ended(Attempt.Outcome outcome) {
    attempt = null;
    if (outcome instanceof Attempt.Outcome.Up up) {
      acceptWatch.begin(up.exchange());
      up(up.held());
      memory.remember(up.worked());
    } else if (outcome instanceof Attempt.Outcome.NotCarried not) {
      types.notCarried(not.type());
      ask();
    } else if (outcome instanceof Attempt.Outcome.Failed failed) {
      if (failed.replaced() && works()) {
        lose(Objects.requireNonNull(held), "the broker replaced it");
      }
      failed(failed.failure());
    }
  }

  private void up(Held now) {
    boolean renewed = held != null && !lost && held.parameters().equals(now.parameters());
    if (held == null || lost || !held.interval().equals(now.interval())) {
      standing = now.since();
    }
    held = now;
    lost = false;
    silent = false;
    keepAlive.up(now.interval());
    types.roundEnded();
    next.renewWithin(lifetime(now));
    expire(now);
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

  private static Duration lifetime(Held held) {
    return held.offer().lifetime().orElse(NextAttempt.LONGEST_LIFETIME);
  }

  /** Where keepalives tell nothing, the end of the lifetime does. */
  private void expire(Held now) {
    expiry.cancel();
    if (now.interval().isEmpty()) {
      expiry =
          loop.after(
              lifetime(now),
              () -> {
                lose(now, "its lifetime ended and it could not be renewed");
                publish(Phase.CONNECTING);
                ask();
              });
    }
  }

  private Duration age() {
    return loop.time().since(standing);
  }

  private void failed(Failure failure) {
    keepAlive.pathBroken();
    types.roundEnded();
    types.failed();
    Duration wait = next.afterFailure(failure);
    if (board.failed(failure.text())) {
      LOG.warn("No tunnel: {}. Asking again in {} s", failure.text(), wait.toSeconds());
    } else {
      LOG.debug("again no tunnel; asking again in {} s", wait.toSeconds());
    }
    publish(Phase.WAITING);
  }

  /** Over TCP the refusal of an accept comes when the tunnel is up at this end. */
  private void refusedAfterAll(TspException refusal) {
    Held now = held;
    if (now == null || lost || attempt != null) {
      return;
    }
    Failure failure =
        Failure.refusedAfterAll(board.status().broker().orElse("the broker"), refusal);
    lose(now, failure.text());
    failed(failure);
  }

  /** Begins anew, after a while, whatever a task that threw has left behind. */
  private void broken(Throwable cause) {
    abandon();
    if (!next.isSet()) {
      failed(Failure.unexpected(cause));
    }
  }

  /** Is told again and again; what the endpoint says now decides. */
  private void silent(String id) {
    Held now = held;
    if (now == null || lost || !id.equals(TunnelPlan.ID)) {
      return;
    }
    hearing
        .silence(now)
        .ifPresent(
            status ->
                status
                    .silence()
                    .ifPresentOrElse(s -> wentSilent(now, s, status.quiet()), () -> isDeaf(now)));
  }

  private void wentSilent(Held now, Duration silence, Optional<Quiet> quiet) {
    Duration wait =
        now.interval().map(i -> keepAlive.silent(i, age(), quiet)).orElse(Duration.ZERO);
    loseInSilence(
        now, "no answer to keepalives, and nothing else for " + silence.toSeconds() + " s");
    if (!wait.isZero()) {
      keepAlive.note().ifPresent(board::failed);
    }
    askIn(wait);
  }

  private void isDeaf(Held now) {
    boolean other = types.neverHeard(now.parameters().type());
    Duration wait = hearing.nothingCame(other);
    String remedy = other ? ", which may be the carrier's doing; UDP is tried next" : "";
    String why = "no packet ever came out of it" + remedy;
    loseInSilence(now, why);
    board.failed("tunnel " + now + ": " + why);
    askIn(wait);
  }

  private void askIn(Duration wait) {
    if (wait.isZero()) {
      ask();
    } else {
      LOG.warn("One tunnel after the other falls silent. Asking again in {} s", wait.toSeconds());
      next.afterUnheard(wait);
      publish(Phase.WAITING);
    }
  }

  private void loseInSilence(Held now, String why) {
    lose(now, why);
    silent = true;
  }

  /** A tunnel that was given up for its silence may be heard again before another one comes. */
  private void pollHearing() {
    Held now = held;
    if (now == null || !hearing.hears(now) || !silent) {
      return;
    }
    silent = false;
    lost = false;
    keepAlive.pathBroken();
    LOG.info("tunnel heard again: {}", now);
    if (attempt == null) {
      next.renewWithin(lifetime(now).minus(loop.time().since(now.since())));
    }
    board.phase(Phase.CONNECTED);
    serving.up(now);
  }

  private void poll() {
    // First of all, for what follows may throw.
    loop.after(POLL, this::poll);
    if (closed) {
      return;
    }
    if (attempt == null && !next.isSet()) {
      LOG.error("The tunnel client had nothing to do, which must not be; it asks anew");
      ask();
    }
    memory.flush();
    services.flush(disk);
    pollAddresses();
    pollHearing();
    if (held != null && !lost) {
      serving.look(held);
      if (attempt == null && keepAlive.stands(held.interval(), age())) {
        ask();
      }
    }
  }

  private void pollAddresses() {
    Held now = held;
    Optional<InetAddress> needed =
        now == null || lost ? Optional.empty() : Optional.of(now.localAddress());
    AddressWatch.Change change = addressWatch.look(needed);
    if (now != null && change == AddressWatch.Change.LOST) {
      lose(now, "the local address is gone");
      types.networkChanged();
      keepAlive.networkChanged();
      abandon();
      ask();
    } else if (change == AddressWatch.Change.APPEARED) {
      types.networkChanged();
      next.hurry();
    }
  }

  private void lose(Held now, String why) {
    lost = true;
    silent = false;
    next.cancel();
    expiry.cancel();
    serving.gone();
    LOG.info("tunnel lost: {}: {}", now, why);
  }

  @Override
  public ClientStatus status() {
    ClientStatus status = board.status();
    boolean waits = status.phase() == Phase.WAITING && next.isSet();
    return status
        .with(services.states())
        .noting(keepAlive.note())
        .askingAt(waits ? Optional.of(loop.time().timeOf(next.due())) : Optional.empty());
  }

  /** What is wrong with the configuration ends the client; this is about files beside it. */
  @Override
  public List<Mistake> mistakes() {
    return Stream.of(login.problem(), blankEnd())
        .flatMap(Optional::stream)
        .map(text -> new Mistake(Refusal.PID, false, text))
        .toList();
  }

  /** What nobody sees in a file may be meant, and is the first thing to look for after a 300. */
  private Optional<String> blankEnd() {
    return settings
        .credentials()
        .password()
        .filter(password -> !password.equals(password.strip()))
        .map(
            password ->
                Refusal.refused(
                        "password",
                        "(not shown)",
                        "it begins or ends with a space, which is taken for a part of it; if it is"
                            + " none, remove it")
                    .getMessage());
  }

  @Override
  public void reconnect() {
    loop.execute(
        () -> {
          LOG.info("the operator asks for a new tunnel");
          drop();
          next.forgive();
          types.networkChanged();
          keepAlive.networkChanged();
          ask();
        });
  }

  /** Ends what is under way and takes the tunnel down. */
  private void drop() {
    abandon();
    acceptWatch.end();
    next.cancel();
    expiry.cancel();
    Optional.ofNullable(held).ifPresent(gone -> LOG.info("tunnel down: {}", gone));
    if (held != null && !lost) {
      serving.gone();
    }
    held = null;
    lost = false;
    silent = false;
    endpoint.apply(List.of());
    board.down();
  }

  private void abandon() {
    Attempt ending = attempt;
    attempt = null;
    if (ending != null) {
      ending.abandon();
    }
  }

  /** Tells whether there is a tunnel that works, as far as is known. */
  private boolean works() {
    return held != null && !lost;
  }

  /** A client that renews what works is connected, whatever else it does. */
  private void publish(Phase activity) {
    board.phase(works() ? Phase.CONNECTED : activity);
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
          closed = true;
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
    routers.close();
  }
}
