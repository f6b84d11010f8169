package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.ClientFixture.address;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.RecordedExchange;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AskingTest {
  @TempDir Path directory;

  @Test
  @Demands({
    "R-2.1-1",
    "R-2-8",
    "R-2-9",
    "R-4.7.2-4",
    "R-4.7.2-8",
    "R-4.7.2-9",
    "R-4.6-1",
    "R-5.2-1",
    "R-5.4-1",
    "D-2.1-1",
    "D-2-5",
    "D-4.6.2-2",
    "D-4.6.2-4"
  })
  void asksWithTheRealAddressOfThePath() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("user", "alice").with("password", "s3").with("prefixLength", 56);
    f.startConnected();

    ScriptedSignaling.Asked asked = f.signaling.asked().get(0);
    TunnelRequest request = asked.request();
    assertThat(asked.target().broker()).isEqualTo(address("192.0.2.1", 3653));
    assertThat(asked.credentials().user()).contains("alice");
    assertThat(request.type()).isEqualTo(TunnelType.V6ANYV4);
    assertThat(request.clientAddresses()).containsExactly(ClientFixture.LOCAL.getAddress());
    assertThat(request.proxy()).isFalse();
    assertThat(request.keepAlive()).contains(Duration.ofSeconds(25));
    assertThat(request.router().map(RouterRequest::prefixLength)).contains(OptionalInt.of(56));
  }

  @Test
  void goesDownTheLadderOfVersionsAndEndsWithTcp() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.signaling.answer(
        (target, asked) -> ScriptedSignaling.refused(StatusCode.UNSUPPORTED_VERSION));
    f.start();

    assertThat(f.asked())
        .containsExactly(
            "UDP 2.0.2 192.0.2.1",
            "UDP 2.0.1 192.0.2.1",
            "UDP 2.0.0 192.0.2.1",
            "UDP 2.0 192.0.2.1",
            "TCP 1.0.1 192.0.2.1");
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.client.status().asksAt())
        .hasValueSatisfying(at -> assertThat(at).isAfter(f.clock.instant()));
    assertThat(f.lastError()).contains("302");
  }

  @Test
  void triesTcpAndThenEveryAddressOfTheBroker() {
    ClientFixture f = new ClientFixture(directory, "tb.example");
    f.names.put("tb.example", List.of("2001:db8::1", "192.0.2.1", "192.0.2.2"));
    f.start();

    assertThat(f.asked())
        .containsExactly(
            "UDP 2.0.2 192.0.2.1",
            "TCP 2.0.2 192.0.2.1",
            "UDP 2.0.2 192.0.2.2",
            "TCP 2.0.2 192.0.2.2");
    assertThat(f.signaling.asked().get(0).target().host()).isEqualTo("tb.example");
  }

  @Test
  @Demands({"R-4.4.1-2", "R-4.4.1-3"})
  void neverAsksForAUdpTunnelOverTcp() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("tunnelType", "v6udpv4");
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1");
  }

  @Test
  void neverFallsBackFromTls() {
    ClientFixture f = new ClientFixture(directory, "tb.example", "192.0.2.2:99");
    f.names.put("tb.example", List.of("192.0.2.1"));
    f.configs.with("transports", "tls");
    f.start();

    assertThat(f.asked()).containsExactly("TLS 2.0.2 192.0.2.1", "TLS 2.0.2 192.0.2.2");
    assertThat(f.signaling.asked())
        .extracting(asked -> asked.target().broker())
        .containsExactly(address("192.0.2.1", 3654), address("192.0.2.2", 99));
    assertThat(f.signaling.asked().get(0).target().host()).isEqualTo("tb.example");
  }

  @Test
  @Demands({"R-4.4.1-2", "R-4.7.2-5", "R-5.3-1"})
  void asksForIpv4OverIpv6Only() {
    ClientFixture f = new ClientFixture(directory, "tb.example");
    f.names.put("tb.example", List.of("192.0.2.1", "2001:db8::1"));
    f.configs.with("tunnelType", "v4v6");
    f.signaling.comeFrom(address("2001:db8:f::2", 40000));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 2001:db8::1", "TCP 2.0.2 2001:db8::1");
    assertThat(f.signaling.asked())
        .allSatisfy(
            asked ->
                assertThat(asked.request().clientAddresses())
                    .containsExactly(IpAddresses.parse("2001:db8:f::2")));
  }

  @Test
  void returnsToUdpIfTheTypeIsRefusedOverTcp() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    new Memory(f.configs.settings(), f.time, Runnable::run)
        .remember(
            new Memory.Remembered(
                new BrokerAddress("192.0.2.1", 3653), new Ladder.Rung(Transport.TCP, "2.0.2")));
    f.signaling.answer(
        (target, asked) ->
            target.transport() == Transport.TCP
                ? ScriptedSignaling.refused(StatusCode.UNSUPPORTED_TUNNEL_TYPE)
                : f.offering(asked, SampleOffers.ipv6(TunnelType.V6UDPV4)));
    f.start();

    assertThat(f.asked()).containsExactly("TCP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.1");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  @Demands("R-B-8")
  void asksTheNextConfiguredBrokerAfterARefusal() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1", "192.0.2.2");
    f.signaling.answer(
        (target, asked) ->
            target.broker().equals(address("192.0.2.1", 3653))
                ? ScriptedSignaling.refused(StatusCode.SERVER_BUSY)
                : f.offering(asked, SampleOffers.ipv6(TunnelType.V6V4)));
    f.start();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.2");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void neverGivesUpOnABrokerThatIsAway() {
    ClientFixture f = new ClientFixture(directory, "tb.example").start();
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("tb.example:3653: its name does not resolve");
    f.pass(Duration.ofDays(2));

    f.names.put("tb.example", List.of("192.0.2.1"));
    f.grant();
    f.pass(Duration.ofSeconds(300));

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void waitsBetweenTheConfiguredBounds() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp").with("retryMin", 10).with("retryMax", 40);
    f.start();

    f.pass(Duration.ofSeconds(9));
    assertThat(f.asked()).hasSize(1);
    f.pass(Duration.ofSeconds(11));
    assertThat(f.asked()).hasSize(2);

    int before = f.asked().size();
    f.pass(Duration.ofSeconds(4000));
    assertThat(f.asked().size() - before).isBetween(100, 400);
  }

  @Test
  @Demands("R-B-2")
  void waitsLongAndSaysPlainlyThatThePasswordIsWrong() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("user", "alice").with("password", "canary").with("retryMax", 1000);
    f.signaling.answer(
        (target, asked) -> ScriptedSignaling.refused(StatusCode.AUTHENTICATION_FAILED));
    f.start();

    assertThat(f.lastError())
        .isEqualTo(
            "192.0.2.1:3653: 300 scripted; check user, password and mechanisms in"
                + " etc/org.culvert.client.cfg");
    f.pass(Duration.ofSeconds(499));
    assertThat(f.asked()).hasSize(1);
    f.pass(Duration.ofSeconds(502));
    assertThat(f.asked()).hasSize(2);
  }

  @Test
  void doesNotHurryWithAWrongPasswordBecauseAnAddressAppears() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("user", "alice").with("password", "wrong").with("retryMax", 1000);
    f.signaling.answer(
        (target, asked) -> ScriptedSignaling.refused(StatusCode.AUTHENTICATION_FAILED));
    f.start();

    f.localAddresses = Set.of(address("203.0.113.9", 0).getAddress());
    f.pass(Duration.ofSeconds(400));

    assertThat(f.asked()).hasSize(1);
  }

  @Test
  @Demands({"R-4.7.1-7", "R-4.3-4"})
  void rejectsWhatCannotBeCarriedHereAndAsksForAnother() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.endpoint.carry(TunnelType.V6UDPV4);
    f.startConnected();

    assertThat(f.askedTypes()).containsExactly(TunnelType.V6ANYV4, TunnelType.V6UDPV4);
    assertThat(f.journal)
        .containsExactly(
            "reject", "close", "apply [v6udpv4 quiet]", "accept", "apply [v6udpv4]", "close");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void saysWhatIsMissingIfNothingCanBeCarriedAndComesBackLater() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.endpoint.carry();
    f.startConnected();

    assertThat(f.askedTypes()).containsExactly(TunnelType.V6ANYV4, TunnelType.V6UDPV4);
    assertThat(f.lastError()).contains("install its encapsulation");

    f.endpoint.carry(TunnelType.V6V4);
    f.pass(Duration.ofSeconds(10));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void closesAnExchangeThatComesAfterAllPatience() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    CompletableFuture<SignalingExchange> hanging = new CompletableFuture<>();
    f.signaling.answer((target, asked) -> hanging);
    f.start();

    f.pass(Duration.ofMinutes(3));
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("no answer within 180 s");
    hanging.complete(
        new RecordedExchange(
            SampleOffers.ipv6(TunnelType.V6V4), f.signaling.asked().get(0).path(), f.journal));

    assertThat(f.journal).containsExactly("close");
  }

  @Test
  void saysByItsTextWhyABrokerDoesNotTakeTheAccept() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    TspException refusal =
        TspException.ofPeer(
            StatusCode.SERVER_ERROR,
            "Server side error; the broker cannot store leases at present",
            Optional.empty());
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.completedFuture(
                new RecordedExchange(
                    SampleOffers.ipv6(TunnelType.V6UDPV4),
                    asked.path(),
                    f.journal,
                    CompletableFuture.failedFuture(refusal))));
    f.start();

    assertThat(f.lastError())
        .startsWith("the broker: 310 Server side error")
        .contains("the broker cannot store leases at present");
  }

  @Test
  void showsNoControlCharacterThatCameFromABroker() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp");
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.failedFuture(new IOException("\u001b[31mred\r\nnext")));
    f.start();

    assertThat(f.lastError()).isEqualTo("192.0.2.1:3653: ?[31mred??next");
  }

  @Test
  void remembersWhatWorked() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1", "192.0.2.2");
    f.signaling.answer(
        (target, asked) ->
            target.transport() == Transport.TCP
                    && target.version().equals("2.0.0")
                    && target.broker().equals(address("192.0.2.2", 3653))
                ? f.offering(asked, SampleOffers.ipv6(TunnelType.V6V4))
                : target.transport() == Transport.UDP
                    ? ScriptedSignaling.unreachable()
                    : ScriptedSignaling.refused(StatusCode.UNSUPPORTED_VERSION));
    f.start();
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);

    ClientFixture next = new ClientFixture(directory, "192.0.2.1", "192.0.2.2");
    next.startConnected();

    assertThat(next.asked())
        .as("an older version is not believed at once")
        .containsExactly("TCP 2.0.2 192.0.2.2");
  }

  @Test
  void oneForgedRefusalMovesItToNoOlderVersionThanTheBrokerHasSpoken() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1").startConnected();
    f.pass(Duration.ofSeconds(60));
    f.signaling.answer(
        (target, asked) -> {
          f.grant();
          return ScriptedSignaling.refused(StatusCode.UNSUPPORTED_VERSION);
        });
    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.asked())
        .containsExactly("UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.1", "UDP 2.0.2 192.0.2.1");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }
}
