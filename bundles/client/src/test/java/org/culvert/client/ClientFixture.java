package org.culvert.client;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.RecordedExchange;
import org.culvert.testkit.client.RecordingEndpoint;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;

/** A client in a world that a test writes and whose time the test moves. */
final class ClientFixture {
  static final InetSocketAddress LOCAL = address("198.51.100.2", 40000);

  final List<String> journal = new ArrayList<>();
  final ScriptedSignaling signaling = new ScriptedSignaling();
  final RecordingEndpoint endpoint = new RecordingEndpoint(journal);

  final ManualClock clock = new ManualClock();
  final Timepiece time = new Timepiece(clock::nanoTime, clock);
  final ManualExecutor executor = new ManualExecutor(clock);
  final List<ManualExecutor> threads = new ArrayList<>();
  final Map<String, List<String>> names = new HashMap<>();
  final List<String> advertised = new ArrayList<>();
  final Configs configs;
  Set<InetAddress> localAddresses = Set.of(LOCAL.getAddress());

  /** Whether IPv4 addresses can be reached. */
  boolean ipv4 = true;

  Optional<IOException> routersFail = Optional.empty();
  Optional<Error> addressesFail = Optional.empty();
  ReconnectingTunnelClient client;
  ClientServices services;
  boolean resolverClosed;
  boolean routersClosed;

  ClientFixture(Path directory, String... servers) {
    configs = Configs.forServers(servers).in(directory);
    signaling.comeFrom(LOCAL);
  }

  ClientFixture start() {
    client =
        new ReconnectingTunnelClient(
            configs.settings(),
            signaling,
            endpoint,
            new EventLoop(executor, time),
            new Names(),
            new Advertisers(),
            new Host(),
            services(),
            Runnable::run,
            new SplittableRandom(7));
    return this;
  }

  /** The services' threads are the test's. */
  private ClientServices services() {
    services =
        new ClientServices(
            new Provided(configs.settings().provided()),
            time,
            this::thread,
            new SplittableRandom(7));
    return services;
  }

  private Set<InetAddress> localAddresses() {
    addressesFail.ifPresent(
        failure -> {
          throw failure;
        });
    return localAddresses;
  }

  private ManualExecutor thread(String name) {
    ManualExecutor thread = new ManualExecutor(clock);
    threads.add(thread);
    return thread;
  }

  /** Starts with a broker that grants what is asked for, and v6v4 if it may choose. */
  ClientFixture startConnected() {
    grant();
    return start();
  }

  void grant() {
    signaling.answer(
        (target, asked) ->
            offering(
                asked,
                SampleOffers.ipv6(
                    asked.request().type().equals(TunnelType.V6ANYV4)
                        ? TunnelType.V6V4
                        : asked.request().type())));
  }

  /** Grants the interval that is asked for, too. */
  void grantTheInterval() {
    signaling.answer(
        (target, asked) -> {
          TunnelType type = asked.request().type();
          TunnelOffer o =
              SampleOffers.ipv6(type.equals(TunnelType.V6ANYV4) ? TunnelType.V6V4 : type);
          Optional<KeepAlive> keepAlive =
              asked.request().keepAlive().map(t -> new KeepAlive(t, SampleOffers.SERVER6));
          return offering(
              asked,
              new TunnelOffer(
                  o.id(),
                  o.type(),
                  o.lifetime(),
                  o.server(),
                  o.client(),
                  keepAlive,
                  o.router(),
                  o.resolvers()));
        });
  }

  void refuseToAnswer() {
    signaling.answer((target, asked) -> ScriptedSignaling.unreachable());
  }

  CompletionStage<SignalingExchange> offering(ScriptedSignaling.Asked asked, TunnelOffer offer) {
    return CompletableFuture.completedFuture(new RecordedExchange(offer, asked.path(), journal));
  }

  void pass(Duration time) {
    executor.advance(time);
    threads.forEach(thread -> thread.advance(Duration.ZERO));
  }

  Phase phase() {
    return client.status().phase();
  }

  String lastError() {
    return client.status().lastError().orElse("none");
  }

  /** What was asked, as {@code UDP 2.0.2 192.0.2.1}. */
  List<String> asked() {
    return signaling.asked().stream().map(a -> text(a.target())).toList();
  }

  List<TunnelType> askedTypes() {
    return signaling.asked().stream().map(a -> a.request().type()).toList();
  }

  static InetSocketAddress address(String address, int port) {
    return new InetSocketAddress(IpAddresses.parse(address), port);
  }

  private static String text(SignalingTarget target) {
    return target.transport()
        + " "
        + target.version()
        + " "
        + IpAddresses.text(target.broker().getAddress());
  }

  private final class Host implements LocalAddresses {
    @Override
    public Optional<Set<InetAddress>> now() {
      return Optional.of(localAddresses());
    }

    @Override
    public boolean leadsTo(InetAddress remote) {
      return ipv4;
    }
  }

  private final class Names implements Resolver {
    @Override
    public CompletionStage<List<InetAddress>> resolve(String host) {
      return names.containsKey(host)
          ? CompletableFuture.completedFuture(
              names.get(host).stream().map(IpAddresses::parse).toList())
          : CompletableFuture.failedFuture(new IOException(host));
    }

    @Override
    public void close() {
      resolverClosed = true;
    }
  }

  private final class Advertisers implements Routers {
    @Override
    public CompletionStage<List<Nat64Prefix>> nat64() {
      List<Nat64Prefix> prefixes =
          advertised.stream().map(text -> new Nat64Prefix(IpPrefix.parse(text))).toList();
      return routersFail.isPresent()
          ? CompletableFuture.failedFuture(routersFail.get())
          : CompletableFuture.completedFuture(prefixes);
    }

    @Override
    public void close() {
      routersClosed = true;
    }
  }
}
