package org.culvert.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.account.Grant;
import org.culvert.api.broker.BrokerAdministration;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.broker.PrefixReservation;
import org.culvert.api.broker.TunnelBroker;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.endpoint.TunnelServer;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseWatcher;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.PrefixRegistry;
import org.culvert.api.service.RoutingService;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelStatus;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tunnel broker (RFC 5572, figure 1, item 3): all its decisions are taken on one thread.
 *
 * <p>What surrounds tunnels comes and goes beside it: an offer promises what can be had at that
 * moment, and what was promised stays in the lease.
 *
 * <p>When it goes, tunnels stay: the tunnel server keeps what it was told last, and the next broker
 * tells it the same again from the store.
 */
@Component(
    service = {TunnelBroker.class, BrokerAdministration.class},
    configurationPid = Keys.PID)
@Designate(ocd = Config.class)
public final class Broker implements TunnelBroker, BrokerAdministration {
  private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
  private static final long SWEEP_SECONDS = 1;

  private final TunnelServer server;
  private final ScheduledExecutorService thread;
  private final Confinement confined;
  private final Ledger ledger;
  private final LeaseLife life;
  private final Negotiation negotiation;
  private final ClockWatch clockWatch;
  private final GrantLookup grants;
  private final Verification verification;
  private final AtomicInteger waiting = new AtomicInteger();
  private final ScheduledFuture<?> sweep;
  private final AutoCloseable silenceWatch;

  /** By ascending ranking. */
  @Reference volatile List<DnsRegistrar> registrars = List.of();

  /** By ascending ranking. */
  @Reference volatile List<RoutingService> routings = List.of();

  @Reference volatile List<PrefixRegistry> registries = List.of();

  /** By ascending ranking; they tell what accounts are granted. */
  @Reference volatile List<CredentialStore> accounts = List.of();

  /**
   * Starts on a thread of its own and brings the stored tunnels up. A pool that comes, goes or
   * changes restarts the broker; those that are configured are there before it, see {@link
   * AllocationPolicy}.
   */
  @Activate
  public Broker(
      Config config,
      @Reference LeaseStore store,
      @Reference TunnelServer server,
      @Reference(
              cardinality = ReferenceCardinality.MULTIPLE,
              policyOption = ReferencePolicyOption.GREEDY)
          List<AllocationPolicy> pools) {
    this(
        config,
        pools,
        store,
        server,
        Confinement.newThread(),
        GrantLookup.newThreads(),
        GrantLookup.PATIENCE,
        new LeaseClock(InstantSource.system(), System::nanoTime),
        WorldAddress::ofThisMachine);
  }

  /**
   * Starts, and brings the stored tunnels up. Blocks while the store is read.
   *
   * @param pools more pools of prefixes than the configuration names
   * @param thread runs one task at a time; shut down by {@link #close}
   * @param asking where stores of accounts and leases are asked; shut down by {@link #close}
   * @param patience how long such a store may take
   * @param own finds the addresses by which this machine speaks to the world
   * @throws org.culvert.api.config.InvalidConfigurationException if the configuration is refused
   * @throws IllegalStateException if the store contradicts itself
   * @throws org.culvert.api.lease.LeaseStoreException if the store cannot be read
   */
  Broker(
      Config config,
      List<AllocationPolicy> pools,
      LeaseStore store,
      TunnelServer server,
      ScheduledExecutorService thread,
      ExecutorService asking,
      Duration patience,
      LeaseClock clock,
      Supplier<List<InetAddress>> own) {
    this.server = server;
    this.thread = thread;
    this.confined = new Confinement(thread);
    this.grants = new GrantLookup(() -> accounts, asking, patience);
    try {
      Settings settings = Settings.from(config, pools, () -> Pools.madeUp(store));
      byte[] secret =
          HexFormat.of().parseHex(store.remember("address-key", Tokens.next() + Tokens.next()));
      own.get().stream()
          .filter(settings.outside()::misses)
          .forEach(address -> LOG.warn("Clients: {}", OutsideAddresses.told(address)));
      Turns turns = new Turns(thread);
      DesiredTunnels desired = new DesiredTunnels(server, thread);
      ledger = new Ledger(settings, store, secret, desired, turns, thread, clock);
      life = new LeaseLife(ledger, turns, server, grants);
      clockWatch = new ClockWatch(ledger, turns, life, server, new LastSeen(store));
      Services services = new Services(() -> registrars, () -> routings, () -> registries);
      negotiation = new Negotiation(ledger, turns, life, services, secret);
      verification = new Verification(settings, store, server, this::copyOfBook, own, asking);
    } catch (RuntimeException e) {
      thread.shutdownNow();
      grants.close();
      throw e;
    }
    thread.execute(ledger::begin);
    silenceWatch = server.watchSilence(id -> confined.quietly(() -> life.silent(id)));
    sweep =
        thread.scheduleWithFixedDelay(this::sweep, SWEEP_SECONDS, SWEEP_SECONDS, TimeUnit.SECONDS);
  }

  /** Tells all leases, and from then on every change. */
  @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
  void addWatcher(LeaseWatcher watcher) {
    ledger.watchers().add(watcher);
    confined.quietly(() -> ledger.watchers().begin(watcher, ledger.book().all()));
  }

  void removeWatcher(LeaseWatcher watcher) {
    ledger.watchers().remove(watcher);
  }

  /** Stops deciding; tunnels and leases stay as they are. */
  @Deactivate
  public void close() {
    sweep.cancel(false);
    confined.quietly(clockWatch::note);
    try {
      silenceWatch.close();
    } catch (Exception e) {
      LOG.warn("The watch over silent tunnels did not end", e);
    }
    thread.shutdown();
    grants.close();
  }

  @Override
  public Set<TunnelProfile> profiles(SignalingPath path) {
    return carried().stream()
        .filter(profile -> profile.isOfferedOn(path))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns what the tunnel server carries and there are inner addresses for. */
  private Set<TunnelProfile> carried() {
    return server.profiles().stream()
        .filter(this::canAddress)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Tells whether there are inner addresses for a type. */
  private boolean canAddress(TunnelProfile profile) {
    return profile.inner() == IpVersion.IPV6 || ledger.settings().ipv4().isPresent();
  }

  @Override
  public CompletionStage<TunnelOffer> offer(
      Identity identity, TunnelRequest request, SignalingPath path) {
    if (waiting.incrementAndGet() > ledger.settings().limits().requests()) {
      waiting.decrementAndGet();
      return CompletableFuture.failedFuture(
          ledger.settings().referrals().busy(path, "too many requests wait"));
    }
    CompletionStage<TunnelOffer> offer =
        grant(identity)
            .thenCompose(
                granted ->
                    confined.decide(
                        () -> negotiation.offer(identity, granted, request, path, carried())));
    offer.whenComplete(
        (given, failure) -> {
          waiting.decrementAndGet();
          if (failure != null) {
            LifeLog.refusal(identity.user(), failure);
          }
        });
    return offer;
  }

  private CompletionStage<Grant> grant(Identity identity) {
    return identity.anonymous()
        ? CompletableFuture.completedFuture(Grant.NONE)
        : grants.of(identity.user());
  }

  @Override
  public CompletionStage<Void> accept(Identity identity, String id) {
    return confined.decide(() -> negotiation.accept(identity, id));
  }

  @Override
  public CompletionStage<Void> reject(Identity identity, String id) {
    return confined.decide(() -> negotiation.reject(identity, id));
  }

  @Override
  public CompletionStage<TunnelOffer> info(Identity identity, SignalingPath path) {
    return confined.decide(() -> negotiation.info(identity, path));
  }

  @Override
  public CompletionStage<Void> delete(Identity identity, SignalingPath path) {
    return confined.decide(() -> negotiation.delete(identity, path));
  }

  @Override
  public List<BrokeredTunnel> tunnels() {
    Map<String, TunnelStatus> standing =
        server.tunnels().stream()
            .collect(
                Collectors.toMap(
                    status -> status.parameters().id(), Function.identity(), (one, two) -> one));
    return ledger.shown().stream()
        .map(lease -> new BrokeredTunnel(lease, Optional.ofNullable(standing.get(lease.id()))))
        .toList();
  }

  @Override
  public List<PoolUse> pools() {
    return ledger.book().stock().use();
  }

  @Override
  public List<PrefixReservation> reservations() {
    return Reservations.of(ledger.settings().pools().delegation(), ledger.book().all());
  }

  @Override
  public CompletionStage<List<String>> verify() {
    return verification.run();
  }

  @Override
  public CompletionStage<Boolean> delete(String id) {
    return confined.decide(() -> life.deleteById(id));
  }

  private CompletionStage<Violations.Book> copyOfBook() {
    return confined.decide(
        () ->
            CompletableFuture.completedFuture(
                Violations.Book.of(ledger.book(), life.repeats().lines())));
  }

  /** An exception would end the schedule, and with it all expiry. */
  private void sweep() {
    try {
      clockWatch.look();
      life.sweep();
      negotiation.evictions().sweep();
    } catch (RuntimeException e) {
      LOG.error("Leases could not be looked through", e);
    }
  }
}
