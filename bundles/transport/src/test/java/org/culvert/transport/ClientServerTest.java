package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import javax.security.sasl.SaslClientFactory;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.Credentials;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.signaling.SignalingTarget;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tls.TlsProvider;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ClientServerTest {
  private static final InetAddress LOOPBACK_6 = IpAddresses.parse("::1");

  @TempDir private Path directory;
  private final FakeBroker broker = new FakeBroker();
  private final List<SignalingPath> paths = new ArrayList<>();
  private TransportSettings settings;
  private SignalingServer server;
  private TlsProvider clientTls;
  private SignalingClient client;

  @BeforeEach
  void start() throws Exception {
    TestTls tls = TestTls.in(directory, Map.of());
    settings = Fixtures.settings(Fixtures.LIMITS);
    server = Fixtures.start(broker, settings);
    server.bindTls(tls.server());
    clientTls = tls.client(Map.of());
    use(new SignalingClient());
  }

  private void use(SignalingClient made) {
    client = made;
    client.tls = clientTls;
    client.factories =
        List.of(
            TestMechanism.<SaslClientFactory>service(TestMechanism.ANONYMOUS, new TestMechanism()));
  }

  /** Asks by a client from now on that waits so long for the answer to a datagram. */
  private void waiting(Duration leastTimeout) {
    client.close();
    use(new SignalingClient(leastTimeout));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private CompletionStage<SignalingExchange> request(
      InetSocketAddress at, Transport transport, TunnelType type) {
    return client.request(
        new SignalingTarget(at, "broker.example", transport, "2.0.2"),
        Credentials.anonymous(),
        path -> {
          paths.add(path);
          return FakeBroker.wanted(type, path);
        });
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    try {
      return stage.toCompletableFuture().get(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception cause) {
        throw cause;
      }
      throw e;
    }
  }

  private InetSocketAddress at(InetAddress address) {
    return at(address, Transport.TCP);
  }

  private InetSocketAddress at(InetAddress address, Transport transport) {
    return new InetSocketAddress(
        address, transport == Transport.TLS ? settings.tlsPort() : settings.port());
  }

  /** The words are for operators: no slash of Java's, and the cause. */
  @Test
  void saysThatNobodyListens() throws Exception {
    try (ServerSocket closed = new ServerSocket(0, 1, LOOPBACK_6)) {
      int port = closed.getLocalPort();
      closed.close();

      assertThatThrownBy(
              () ->
                  get(
                      request(
                          new InetSocketAddress(LOOPBACK_6, port), Transport.TCP, TunnelType.V6V4)))
          .isInstanceOf(IOException.class)
          .hasMessage("cannot connect to [::1]:" + port + ": connection refused");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Demands({"R-4.4.1-1", "R-4.4.1.2-7"})
  void asksAndAcceptsOverIpv4(Transport transport) throws Exception {
    try (SignalingExchange exchange =
        get(request(at(Fixtures.LOOPBACK, transport), transport, TunnelType.V6V4))) {
      assertThat(exchange.offer().type()).isEqualTo(TunnelType.V6V4);
      assertThat(exchange.path()).isEqualTo(paths.get(0));
      assertThat(exchange.path().local()).isEqualTo(broker.paths.get(0).remote());
      assertThat(exchange.path().remote()).isEqualTo(broker.paths.get(0).local());

      get(exchange.accept());

      Fixtures.await(() -> broker.calls.contains("accept"));
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  @Demands("R-4.4.1-1")
  void asksAndAcceptsOverIpv6(Transport transport) throws Exception {
    assumeTrue(
        server.listeners().stream().anyMatch(at -> at.address().getAddress().equals(LOOPBACK_6)));
    try (SignalingExchange exchange =
        get(request(at(LOOPBACK_6, transport), transport, TunnelType.V4V6))) {
      assertThat(exchange.path().local().getAddress()).isEqualTo(LOOPBACK_6);
      assertThat(exchange.path().isIpv4()).isFalse();

      get(exchange.accept());

      Fixtures.await(() -> broker.calls.contains("accept"));
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void rejects(Transport transport) throws Exception {
    try (SignalingExchange exchange =
        get(request(at(Fixtures.LOOPBACK, transport), transport, TunnelType.V6V4))) {
      get(exchange.reject());

      assertThat(broker.calls).containsExactly("offer", "reject");
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void hearsRefusal(Transport transport) {
    assertThatThrownBy(
            () -> get(request(at(Fixtures.LOOPBACK, transport), transport, TunnelType.V4V6)))
        .isInstanceOfSatisfying(
            TspException.class,
            e -> assertThat(e.code()).isEqualTo(StatusCode.UNSUPPORTED_TUNNEL_TYPE));
  }

  @Test
  @Demands("R-4.5.2-1")
  void keepsItsUdpPortUntilExchangeIsClosed() throws Exception {
    SignalingExchange exchange =
        get(request(at(Fixtures.LOOPBACK), Transport.UDP, TunnelType.V6UDPV4));
    InetSocketAddress local = exchange.path().local();
    get(exchange.accept());
    assertThat(canBind(local)).isFalse();

    exchange.close();

    Fixtures.await(() -> canBind(local));
  }

  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"TCP", "TLS"})
  void hearsThatTheAcceptIsRefusedAfterAll(Transport transport) throws Exception {
    try (SignalingExchange exchange =
        get(request(at(Fixtures.LOOPBACK, transport), transport, TunnelType.V6V4))) {
      broker.gate =
          CompletableFuture.failedFuture(
              new TspException(StatusCode.ENDPOINT_CONFIGURATION_ERROR, "no device"));
      get(exchange.accept());

      assertThatThrownBy(() -> get(exchange.ended()))
          .isInstanceOfSatisfying(
              TspException.class,
              e -> assertThat(e.code()).isEqualTo(StatusCode.ENDPOINT_CONFIGURATION_ERROR));
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void anExchangeThatIsClosedHasEnded(Transport transport) throws Exception {
    SignalingExchange exchange =
        get(request(at(Fixtures.LOOPBACK, transport), transport, TunnelType.V6V4));
    get(exchange.accept());
    exchange.close();

    get(exchange.ended());
  }

  @Test
  void sharesThePortOfTheTunnelThatItRenewsAndLeavesItsPackets() throws Exception {
    assumeTrue(Epoll.isAvailable());
    // A tunnel's socket is one of IPv4 alone, else the kernel would not count the two together.
    try (DatagramSocket tunnel = DatagramChannel.open(StandardProtocolFamily.INET).socket();
        DatagramSocket other = new DatagramSocket(0, Fixtures.LOOPBACK)) {
      tunnel.setOption(StandardSocketOptions.SO_REUSEPORT, true);
      tunnel.bind(new InetSocketAddress(Fixtures.LOOPBACK, 0));
      InetSocketAddress port = new InetSocketAddress(Fixtures.LOOPBACK, tunnel.getLocalPort());
      for (int renewal = 0; renewal < 5; renewal++) {
        try (SignalingExchange exchange = get(renewal(port))) {
          assertThat(exchange.path().local()).isEqualTo(port);
          byte[] packet = {0x60, 1, 2, 3};
          other.send(new DatagramPacket(packet, packet.length, port));
          assertThat(receive(tunnel).getData()).isEqualTo(packet);
          get(exchange.accept());
        }
      }
    }
  }

  @Test
  void takesAnotherPortWhereTheTunnelsCannotBeShared() throws Exception {
    try (DatagramSocket stranger = new DatagramSocket(0, Fixtures.LOOPBACK);
        SignalingExchange exchange =
            get(renewal(new InetSocketAddress(Fixtures.LOOPBACK, stranger.getLocalPort())))) {
      assertThat(exchange.path().local().getPort()).isNotEqualTo(stranger.getLocalPort());
      get(exchange.accept());
    }
  }

  private CompletionStage<SignalingExchange> renewal(InetSocketAddress from) {
    return client.request(
        new SignalingTarget(
            at(Fixtures.LOOPBACK), "broker.example", Transport.UDP, "2.0.2", Optional.of(from)),
        Credentials.anonymous(),
        path -> FakeBroker.wanted(TunnelType.V6UDPV4, path));
  }

  private static boolean canBind(InetSocketAddress local) {
    try (DatagramSocket socket = new DatagramSocket(local)) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void measuresWayToBroker() throws Exception {
    Duration roundTrip =
        get(
            client.measure(
                new SignalingTarget(at(Fixtures.LOOPBACK), "b", Transport.UDP, "2.0.2")));

    assertThat(roundTrip).isPositive();
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void hearsAtOnceThatNobodyListens(Transport transport) throws Exception {
    InetSocketAddress nobody = new InetSocketAddress(Fixtures.LOOPBACK, Fixtures.freePort());
    waiting(Duration.ofHours(1));

    assertThatThrownBy(() -> get(request(nobody, transport, TunnelType.V6V4)))
        .isInstanceOf(IOException.class);
  }

  @Test
  @Demands({"R-4.4.1.2-5", "R-4.4.1.2-10", "R-4.4.1.2-11"})
  void givesUpOnSilentBrokerAfterThreeDatagrams() throws Exception {
    waiting(Duration.ofMillis(50));
    try (DatagramSocket silent = new DatagramSocket(0, Fixtures.LOOPBACK)) {
      InetSocketAddress at = new InetSocketAddress(Fixtures.LOOPBACK, silent.getLocalPort());

      assertThatThrownBy(() -> get(request(at, Transport.UDP, TunnelType.V6V4)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("after 3 datagrams");

      List<ByteBuffer> headers = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        headers.add(ByteBuffer.wrap(receive(silent).getData()));
      }
      assertThat(headers).extracting(header -> header.getInt(0)).containsOnly(0xF000_00F0);
      assertThat(headers).extracting(header -> header.getInt(4)).doesNotHaveDuplicates();
    }
  }

  @Test
  void takesNoAnswerFromElsewhereOrToEarlierQuestion() throws Exception {
    try (DatagramSocket broker = new DatagramSocket(0, Fixtures.LOOPBACK);
        DatagramSocket stranger = new DatagramSocket(0, Fixtures.LOOPBACK)) {
      InetSocketAddress at = new InetSocketAddress(Fixtures.LOOPBACK, broker.getLocalPort());
      var exchange = request(at, Transport.UDP, TunnelType.V6V4).toCompletableFuture();
      DatagramPacket version = receive(broker);

      answer(stranger, version, 0, "530 Server too busy\r\n");
      answer(broker, version, -1, "530 Server too busy\r\n");
      answer(broker, version, 0, "301 No more tunnels available\r\n");

      assertThatThrownBy(() -> get(exchange))
          .isInstanceOfSatisfying(
              TspException.class, e -> assertThat(e.code()).isEqualTo(StatusCode.NO_MORE_TUNNELS));
    }
  }

  @Test
  @Demands({"R-4.4.1.2-3", "R-4.4.1.2-10", "R-4.4.1.2-11"})
  void insistsOnAnswerFromBrokerThatWasHeard() throws Exception {
    waiting(Duration.ofSeconds(1));
    try (DatagramSocket broker = new DatagramSocket(0, Fixtures.LOOPBACK)) {
      InetSocketAddress at = new InetSocketAddress(Fixtures.LOOPBACK, broker.getLocalPort());
      var exchange = request(at, Transport.UDP, TunnelType.V6V4).toCompletableFuture();
      answer(broker, receive(broker), 0, "CAPABILITY TUNNEL=V6V4 AUTH=ANONYMOUS\r\n");

      DatagramPacket authenticate = receive(broker);
      for (int i = 0; i < 4; i++) {
        assertThat(receive(broker).getData()).startsWith(0xF0, 0, 0, 0xF1);
      }
      answer(broker, authenticate, 0, "300 Authentication failed\r\n");

      assertThatThrownBy(() -> get(exchange)).isInstanceOf(TspException.class);
    }
  }

  @Test
  void believesNoTimestampThatItDidNotSend() throws Exception {
    try (DatagramSocket broker = new DatagramSocket(0, Fixtures.LOOPBACK)) {
      InetSocketAddress at = new InetSocketAddress(Fixtures.LOOPBACK, broker.getLocalPort());
      var way =
          client
              .measure(new SignalingTarget(at, "b", Transport.UDP, "2.0.2"))
              .toCompletableFuture();
      DatagramPacket echo = receive(broker);
      // As if the answer had taken a minute and a half: long, and yet to be believed.
      ByteBuffer stamped = ByteBuffer.wrap(echo.getData());
      stamped.putInt(4, stamped.getInt(4) - 90_000_000);

      answer(broker, echo, 0, "200 Success\r\n");

      assertThat(get(way)).isZero();
    }
  }

  @Test
  void exchangeFailsWhenSignalingStops() throws Exception {
    try (DatagramSocket silent = new DatagramSocket(0, Fixtures.LOOPBACK);
        ServerSocket mute = new ServerSocket(0, 1, Fixtures.LOOPBACK)) {
      var udp =
          request(
              new InetSocketAddress(Fixtures.LOOPBACK, silent.getLocalPort()),
              Transport.UDP,
              TunnelType.V6V4);
      var tcp =
          request(
              new InetSocketAddress(Fixtures.LOOPBACK, mute.getLocalPort()),
              Transport.TCP,
              TunnelType.V6V4);
      receive(silent);
      mute.accept();

      client.close();

      assertThatThrownBy(() -> get(udp)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get(tcp)).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> get(request(at(Fixtures.LOOPBACK), Transport.TCP, TunnelType.V6V4)))
          .isInstanceOf(IOException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Transport.class)
  void exchangeThatCannotBeginFails(Transport transport) {
    assertThatThrownBy(
            () ->
                get(
                    client.request(
                        new SignalingTarget(
                            at(Fixtures.LOOPBACK, transport), "b", transport, "latest"),
                        Credentials.anonymous(),
                        path -> {
                          throw new IllegalStateException();
                        })))
        .isInstanceOf(IOException.class);
  }

  @Test
  void hearsThatTcpBrokerHungUp() throws Exception {
    try (ServerSocket rude = new ServerSocket(0, 1, Fixtures.LOOPBACK)) {
      var exchange =
          request(
              new InetSocketAddress(Fixtures.LOOPBACK, rude.getLocalPort()),
              Transport.TCP,
              TunnelType.V6V4);
      rude.accept().close();

      assertThatThrownBy(() -> get(exchange)).isInstanceOf(IOException.class);
    }
  }

  private static DatagramPacket receive(DatagramSocket socket) throws IOException {
    socket.setSoTimeout(Fixtures.PATIENCE_MILLIS);
    DatagramPacket packet = new DatagramPacket(new byte[2048], 2048);
    socket.receive(packet);
    packet.setData(Arrays.copyOf(packet.getData(), packet.getLength()));
    return packet;
  }

  private static void answer(DatagramSocket from, DatagramPacket to, int shift, String text)
      throws IOException {
    byte[] data = text.getBytes(StandardCharsets.US_ASCII);
    ByteBuffer asked = ByteBuffer.wrap(to.getData());
    byte[] datagram =
        ByteBuffer.allocate(8 + data.length)
            .putInt(asked.getInt(0) + shift)
            .putInt(asked.getInt(4))
            .put(data)
            .array();
    from.send(new DatagramPacket(datagram, datagram.length, to.getSocketAddress()));
  }
}
