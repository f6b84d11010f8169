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
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingTarget;
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
  final ManualExecutor executor = new ManualExecutor(clock);
  final List<ManualExecutor> threads = new ArrayList<>();
  final Map<String, List<String>> names = new HashMap<>();
  final Configs configs;
  Set<InetAddress> localAddresses = Set.of(LOCAL.getAddress());
  ReconnectingTunnelClient client;
  ClientServices services;
  boolean resolverClosed;

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
            new EventLoop(executor, clock),
            new Names(),
            () -> Optional.of(localAddresses),
            services(),
            new SplittableRandom(7));
    return this;
  }

  /** The services' threads are the test's. */
  private ClientServices services() {
    services =
        new ClientServices(
            new Provided(configs.settings().provided()),
            clock::instant,
            this::thread,
            new SplittableRandom(7));
    return services;
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
}
