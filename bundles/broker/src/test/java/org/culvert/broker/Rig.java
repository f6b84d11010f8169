package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsRegistrar;
import org.culvert.api.service.PrefixRegistry;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.RoutingService;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.lease.MemoryLeaseStore;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;

/** A broker with everything around it in memory, driven by the test's own thread. */
final class Rig {
  static final Identity ALICE = Identity.of("alice");
  static final Identity BOB = Identity.of("bob");
  static final String HOME = "198.51.100.2";
  static final String ELSEWHERE = "203.0.113.9";
  static final String BEHIND_NAT = "10.9.0.2";

  final Config config;
  final ManualClock clock = new ManualClock();
  ManualExecutor executor = new ManualExecutor(clock);
  MemoryLeaseStore store = new MemoryLeaseStore();
  RecordingTunnelServer server = new RecordingTunnelServer();
  List<DnsRegistrar> registrars = List.of();
  List<RoutingService> routings = List.of(FakeRouting.speaking(RoutingProtocol.STATIC));
  List<PrefixRegistry> registries = List.of();

  /** A store that knows everybody, and grants nothing. */
  List<CredentialStore> accounts = List.of(Rig::account);

  List<AllocationPolicy> pools = List.of();

  /** Asks stores of accounts at once, on the test's own thread. */
  ExecutorService lookups = new ManualExecutor(clock);

  /** By what the machine speaks to the world. */
  volatile List<InetAddress> own = List.of();

  Broker broker;

  Rig(Object... keysAndValues) {
    this(Configs.withPools(keysAndValues));
  }

  Rig(Config config) {
    this.config = config;
    start(config);
  }

  /** A broker with more pools of prefixes. */
  Rig(Config config, AllocationPolicy... pools) {
    this.config = config;
    this.pools = List.of(pools);
    start(config);
  }

  void start(Config with) {
    broker =
        new Broker(
            with,
            pools,
            store,
            server,
            executor,
            lookups,
            Duration.ofMillis(200),
            new LeaseClock(clock, clock::nanoTime),
            () -> own);
    plug();
  }

  /** Kills broker, tunnel server and all that was not on the disk, and starts again. */
  void powerCut() {
    restart(config);
  }

  void restart(Config with) {
    store = store.afterPowerCut();
    server = new RecordingTunnelServer();
    executor = new ManualExecutor(clock);
    start(with);
  }

  /** Does what the service registry does when services come and go. */
  private void plug() {
    broker.registrars = registrars;
    broker.routings = routings;
    broker.registries = registries;
    broker.accounts = accounts;
  }

  Rig accounts(CredentialStore... bound) {
    accounts = List.of(bound);
    plug();
    return this;
  }

  Rig registrars(DnsRegistrar... bound) {
    registrars = List.of(bound);
    plug();
    return this;
  }

  Rig routings(RoutingService... bound) {
    routings = List.of(bound);
    plug();
    return this;
  }

  Rig registries(PrefixRegistry... bound) {
    registries = List.of(bound);
    plug();
    return this;
  }

  void advance(Duration by) {
    executor.advance(by);
  }

  private static Optional<Account> account(String user) {
    return Optional.of(new Account(user, true, null, null, List.of(), AccountPolicy.ANY));
  }

  static SignalingPath udp(String remote, int port) {
    return path(Transport.UDP, remote, port);
  }

  /** Returns the types that a client on a path may ask for. */
  Set<TunnelType> types(SignalingPath path) {
    return broker.profiles(path).stream().map(TunnelProfile::type).collect(Collectors.toSet());
  }

  static SignalingPath tcp(String remote) {
    return path(Transport.TCP, remote, 50_000);
  }

  private static SignalingPath path(Transport transport, String remote, int port) {
    boolean ipv6 = remote.indexOf(':') >= 0;
    return new SignalingPath(
        transport,
        new InetSocketAddress(IpAddresses.parse(ipv6 ? "2001:db8:f::1" : "192.0.2.1"), 3653),
        new InetSocketAddress(IpAddresses.parse(remote), port));
  }

  static TunnelRequest request(TunnelType type, String claimed) {
    return new TunnelRequest(
        type, List.of(IpAddresses.parse(claimed)), false, Optional.empty(), Optional.empty());
  }

  static TunnelRequest router(TunnelType type, String claimed, int length) {
    return router(type, claimed, RouterRequest.prefix(length));
  }

  static TunnelRequest router(TunnelType type, String claimed, RouterRequest router) {
    return new TunnelRequest(
        type, List.of(IpAddresses.parse(claimed)), false, Optional.empty(), Optional.of(router));
  }

  /** A request for v6v4 from the address itself. */
  TunnelOffer offerV6V4(Identity identity, String address) {
    return get(broker.offer(identity, request(TunnelType.V6V4, address), tcp(address)));
  }

  /** A request for v6udpv4 from behind a NAT that shows this address and port. */
  TunnelOffer offerUdp(Identity identity, String address, int port) {
    return get(askUdp(identity, address, port));
  }

  CompletionStage<TunnelOffer> askUdp(Identity identity, String address, int port) {
    return broker.offer(identity, request(TunnelType.V6UDPV4, BEHIND_NAT), udp(address, port));
  }

  /** Asks for v4v6 from an IPv6 address, claiming that one and perhaps more. */
  CompletionStage<TunnelOffer> askV4V6(Identity identity, String address, String... more) {
    List<InetAddress> claimed =
        Stream.concat(Stream.of(address), Stream.of(more)).map(IpAddresses::parse).toList();
    return broker.offer(
        identity,
        new TunnelRequest(TunnelType.V4V6, claimed, false, Optional.empty(), Optional.empty()),
        tcp(address));
  }

  /** A request for v4v6 from the address itself. */
  TunnelOffer offerV4V6(Identity identity, String address) {
    return get(askV4V6(identity, address));
  }

  TunnelOffer offerRouter(Identity identity, String address, int length) {
    return get(broker.offer(identity, router(TunnelType.V6V4, address, length), tcp(address)));
  }

  TunnelOffer accepted(Identity identity, TunnelOffer offer) {
    get(broker.accept(identity, offer.id()));
    return offer;
  }

  /** The lease of the identity's tunnel with IPv6 inside. */
  Lease lease(Identity identity) {
    return lease(identity, Family.IPV6);
  }

  Lease lease(Identity identity, Family family) {
    return store.leases().stream()
        .filter(lease -> Slot.of(lease).equals(new Slot(identity.user(), family)))
        .findFirst()
        .orElseThrow();
  }

  static <T> T get(CompletionStage<T> stage) {
    CompletableFuture<T> future = stage.toCompletableFuture();
    assertThat(future).as("the answer must be there").isDone();
    return future.join();
  }

  static StatusCode refusal(CompletionStage<?> stage) {
    assertThat(stage.toCompletableFuture()).isDone();
    Throwable failure = catchThrowable(() -> stage.toCompletableFuture().join());
    assertThat(failure).isInstanceOf(CompletionException.class);
    assertThat(failure.getCause()).isInstanceOf(TspException.class);
    return ((TspException) failure.getCause()).code();
  }
}
