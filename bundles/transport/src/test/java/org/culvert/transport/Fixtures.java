package org.culvert.transport;

import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.BindException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import javax.security.sasl.SaslServerFactory;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;

/** A running server with a fake broker behind it, and what tests need around it. */
final class Fixtures {
  static final InetAddress LOOPBACK = IpAddresses.parse("127.0.0.1");
  static final TransportSettings.Limits LIMITS =
      new TransportSettings.Limits(
          Duration.ofSeconds(30),
          100,
          100,
          Duration.ofSeconds(60),
          Duration.ofSeconds(70),
          100,
          0,
          1,
          0,
          0,
          1);

  /** How long a test waits for what must come, so that one that never comes ends the test. */
  static final int PATIENCE_MILLIS = 60_000;

  private static final int LOWEST_PORT = 10_000;
  private static final int PORTS = 20_000;
  private static final AtomicInteger NEXT_PORT =
      new AtomicInteger(ThreadLocalRandom.current().nextInt(PORTS));

  private Fixtures() {}

  /**
   * Returns a port that nobody has, never the same twice, and below those that the kernel gives to
   * clients: one of them could otherwise get it before the server does.
   */
  static int freePort() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = LOWEST_PORT + Math.floorMod(NEXT_PORT.getAndIncrement(), PORTS);
      try (ServerSocket tcp = new ServerSocket();
          DatagramSocket udp = new DatagramSocket(null)) {
        tcp.setReuseAddress(false);
        tcp.bind(new InetSocketAddress(port));
        udp.bind(new InetSocketAddress(port));
        return port;
      } catch (BindException e) {
        continue;
      }
    }
    throw new IOException("no free port");
  }

  static TransportSettings settings(TransportSettings.Limits limits, InetAddress... addresses)
      throws IOException {
    return new TransportSettings(
        freePort(),
        List.of(addresses),
        true,
        true,
        true,
        freePort(),
        "test",
        MechanismPolicy.parse(List.of("*", "!PLAIN")),
        MechanismPolicy.parse(List.of("*", "!PLAIN")),
        MechanismPolicy.parse(List.of("*")),
        limits,
        Optional.empty());
  }

  static SignalingServer start(FakeBroker broker, TransportSettings settings) {
    return start(new SignalingServer(broker, settings));
  }

  private static SignalingServer start(SignalingServer server) {
    server.factories =
        List.of(
            TestMechanism.<SaslServerFactory>service(TestMechanism.NAMED, new TestMechanism()),
            TestMechanism.<SaslServerFactory>service(TestMechanism.ANONYMOUS, new TestMechanism()));
    server.credentialStores = List.of(user -> Optional.empty());
    server.open();
    return server;
  }

  /** Starts a server for which no time passes, as far as rates are counted. */
  static SignalingServer startAtOneInstant(FakeBroker broker, TransportSettings settings) {
    return startBy(() -> 0, broker, settings);
  }

  /** Starts a server that counts time by a clock of the test's. */
  static SignalingServer startBy(
      LongSupplier clock, FakeBroker broker, TransportSettings settings) {
    return start(new SignalingServer(broker, settings, Memory.Shares::ofThisProcess, clock));
  }

  /** Starts a server with the mechanisms that Culvert has, and the accounts of {@link Users}. */
  static SignalingServer startWithUsers(FakeBroker broker, TransportSettings settings) {
    SignalingServer server = new SignalingServer(broker, settings);
    server.factories = Users.serverMechanisms();
    server.credentialStores = List.of(new Users());
    server.open();
    return server;
  }

  /** Returns settings with other brokers to name. */
  static TransportSettings referring(TransportSettings settings, String... brokers) {
    return new TransportSettings(
        settings.port(),
        settings.addresses(),
        settings.tcp(),
        settings.udp(),
        settings.tls(),
        settings.tlsPort(),
        settings.realm(),
        settings.tcpMechanisms(),
        settings.udpMechanisms(),
        settings.tlsMechanisms(),
        settings.limits(),
        Optional.of(new Referral(List.of(brokers))));
  }

  /** Returns limits that are loose but for these. */
  static TransportSettings.Limits limits(
      Duration phase, int sessions, int perSource, int rate, int burst) {
    return new TransportSettings.Limits(
        phase,
        sessions,
        perSource,
        LIMITS.udpIdle(),
        LIMITS.udpRemember(),
        100,
        rate,
        burst,
        0,
        0,
        1);
  }

  /** Returns limits that are loose but for failed authentications. */
  static TransportSettings.Limits failing(int perMinute, int burst) {
    return new TransportSettings.Limits(
        LIMITS.phase(),
        100,
        100,
        LIMITS.udpIdle(),
        LIMITS.udpRemember(),
        100,
        0,
        1,
        0,
        perMinute,
        burst);
  }

  /** Returns the configuration that the defaults make, with some values changed. */
  static Config config(Map<String, Object> changes) {
    return (Config)
        Proxy.newProxyInstance(
            Fixtures.class.getClassLoader(),
            new Class<?>[] {Config.class},
            (proxy, method, arguments) ->
                changes.getOrDefault(method.getName(), method.getDefaultValue()));
  }

  /** Returns as soon as the condition holds. */
  static void await(BooleanSupplier condition) {
    long begin = System.nanoTime();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - begin > Duration.ofMillis(PATIENCE_MILLIS).toNanos()) {
        fail("the condition did not come true within " + PATIENCE_MILLIS + " ms");
      }
      LockSupport.parkNanos(100_000);
    }
  }
}
