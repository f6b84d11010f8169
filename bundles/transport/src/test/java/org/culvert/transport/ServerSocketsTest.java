package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.SharedPort;
import org.culvert.api.signaling.SignalingSessions.Listener;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.protocol.OfferedMechanism;
import org.junit.jupiter.api.Test;

class ServerSocketsTest {
  private static final InetAddress SECOND = IpAddresses.parse("127.0.0.2");
  private final Refusals refusals =
      new Refusals(new RefusalLog(InstantSource.system(), System::nanoTime, 16));

  private Reception reception(NetworkLoop loop) {
    Executor blocking = ForkJoinPool.commonPool();
    return new Reception(
        Fixtures.LIMITS,
        new Guesses(0, 1, 16, System::nanoTime),
        Memory.Shares.ofThisProcess(),
        opening ->
            new SessionSnapshot(
                new FakeBroker(),
                () -> List.of(new OfferedMechanism(TestMechanism.ANONYMOUS, new TestMechanism())),
                mechanism -> callbacks -> {},
                "test",
                blocking,
                opening,
                refusals,
                Memory.Shares.ofThisProcess().streams(),
                Optional.empty()),
        loop.confined(),
        refusals,
        System::nanoTime);
  }

  @Test
  void worksWithoutEpoll() throws IOException {
    TransportSettings settings = Fixtures.settings(Fixtures.LIMITS, Fixtures.LOOPBACK);
    NetworkLoop loop = NetworkLoop.start("test", false);
    try (ServerSockets sockets = ServerSockets.open(settings, loop, reception(loop));
        RawUdp client = new RawUdp(settings.port())) {
      assertThat(client.ask(240, 1, "VERSION=2.0.2\r\n").text()).startsWith("CAPABILITY ");
      assertThat(sockets.listeners())
          .extracting(Listener::transport)
          .containsExactly(Transport.TCP, Transport.UDP);
    }
  }

  @Test
  void listensOnEachAddressOfNode() throws IOException {
    TransportSettings settings = Fixtures.settings(Fixtures.LIMITS);
    NetworkLoop loop = NetworkLoop.start("test");
    try (ServerSockets sockets = ServerSockets.open(settings, loop, reception(loop))) {
      List<InetAddress> udp =
          sockets.listeners().stream()
              .filter(at -> at.transport() == Transport.UDP)
              .map(at -> at.address().getAddress())
              .toList();

      assertThat(udp).contains(Fixtures.LOOPBACK).doesNotHaveDuplicates();
      assertThat(udp)
          .noneMatch(InetAddress::isAnyLocalAddress)
          .noneMatch(InetAddress::isLinkLocalAddress);
    }
  }

  @Test
  void followsAddressesThatComeAndGo() throws Exception {
    int port = Fixtures.freePort();
    NetworkLoop loop = NetworkLoop.start("test");
    Reception reception = reception(loop);
    UdpPorts ports = new UdpPorts(loop, reception, port);
    try (RawUdp client = new RawUdp(port)) {
      apply(loop, ports, Set.of(Fixtures.LOOPBACK, SECOND));
      assertThat(ports.listening()).hasSize(2);
      assertThat(client.ask(240, 1, "VERSION=2.0.2\r\n").text()).startsWith("CAPABILITY ");

      apply(loop, ports, Set.of(SECOND));
      assertThat(ports.listening()).extracting(at -> at.getAddress()).containsExactly(SECOND);
      assertThat(loop.thread().submit(reception::summaries).get()).isEmpty();

      apply(loop, ports, Set.of(SECOND, Fixtures.LOOPBACK));
      assertThat(client.ask(241, 1, "VERSION=2.0.2\r\n").text()).startsWith("CAPABILITY ");
    } finally {
      apply(loop, ports, Set.of());
      loop.close();
    }
  }

  @Test
  void doesWithoutAddressThatCannotBeBound() throws Exception {
    NetworkLoop loop = NetworkLoop.start("test");
    UdpPorts ports = new UdpPorts(loop, reception(loop), Fixtures.freePort());
    try {
      apply(loop, ports, Set.of(IpAddresses.parse("192.0.2.77"), Fixtures.LOOPBACK));

      assertThat(ports.listening())
          .extracting(at -> at.getAddress())
          .containsExactly(Fixtures.LOOPBACK);
    } finally {
      apply(loop, ports, Set.of());
      loop.close();
    }
  }

  @Test
  void joinsPortInItsTurn() throws Exception {
    CountDownLatch taken = new CountDownLatch(1);
    CountDownLatch over = new CountDownLatch(1);
    Thread other =
        new Thread(
            new FutureTask<>(
                () -> {
                  SharedPort.join(
                      () -> {
                        taken.countDown();
                        over.await();
                      });
                  return null;
                }),
            "culvert-test-other");
    NetworkLoop loop = NetworkLoop.start("test");
    UdpPorts ports = new UdpPorts(loop, reception(loop), Fixtures.freePort());
    try {
      other.start();
      taken.await();

      Future<?> joined = loop.thread().submit(() -> ports.apply(Set.of(Fixtures.LOOPBACK)));

      assertThatThrownBy(() -> joined.get(200, TimeUnit.MILLISECONDS))
          .isInstanceOf(TimeoutException.class);
      over.countDown();
      joined.get();
    } finally {
      over.countDown();
      apply(loop, ports, Set.of());
      loop.close();
    }
  }

  @Test
  void countsByReasonAndNeverByMoreThanSoMany() {
    for (int i = 0; i < 1_000; i++) {
      refusals.count("reason " + i);
    }
    refusals.count("reason 7");

    assertThat(refusals.snapshot()).hasSizeLessThanOrEqualTo(257).containsEntry("reason 7", 2L);
    assertThat(refusals.snapshot().get("other")).isEqualTo(744);
  }

  private static void apply(NetworkLoop loop, UdpPorts ports, Set<InetAddress> addresses)
      throws Exception {
    loop.thread().submit(() -> ports.apply(addresses)).get();
    // Whatever binding left for a later turn is done when a second task has run.
    loop.thread().submit(() -> {}).get();
  }
}
