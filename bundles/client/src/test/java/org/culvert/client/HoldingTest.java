package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.ClientFixture.address;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.signaling.SignalingExchange;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.RecordedExchange;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HoldingTest {
  @TempDir Path directory;

  @Test
  @Demands({"R-4.4.3-6", "R-4.4.3-7", "R-4.3-6", "R-4.7.1-6"})
  void tellsTheEndpointThenAcceptsThenClosesTheExchange() {
    ClientFixture f = fixture().startConnected();

    assertThat(f.journal).containsExactly("apply [v6v4 quiet]", "accept", "apply [v6v4]", "close");
    ClientStatus status = f.client.status();
    assertThat(status.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(status.broker())
        .contains("192.0.2.1:3653 at 192.0.2.1:3653 over UDP, version 2.0.2");
    assertThat(status.offer().orElseThrow().type()).isEqualTo(TunnelType.V6V4);
    assertThat(status.path()).isPresent();
    assertThat(status.connects()).isEqualTo(1);
  }

  @Test
  void sendsNothingAndKeepsTheExchangeOpenUntilTheAcceptIsAnswered() {
    ClientFixture f = fixture();
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.completedFuture(
                new RecordedExchange(
                    SampleOffers.ipv6(TunnelType.V6UDPV4), asked.path(), f.journal, accepted)));
    f.start();
    assertThat(f.journal).containsExactly("apply [v6udpv4 quiet]", "accept");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTING);

    accepted.complete(null);

    assertThat(f.journal)
        .containsExactly("apply [v6udpv4 quiet]", "accept", "apply [v6udpv4]", "close");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void takesTheTunnelBackIfTheAcceptFails() {
    ClientFixture f = fixture();
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.completedFuture(
                new RecordedExchange(
                    SampleOffers.ipv6(TunnelType.V6V4),
                    asked.path(),
                    f.journal,
                    CompletableFuture.failedFuture(new IOException("silence")))));
    f.start();

    assertThat(f.journal).containsExactly("apply [v6v4 quiet]", "accept", "close", "apply []");
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
  }

  @Test
  @Demands({"R-4.3-4", "R-4.7.1-7"})
  void rejectsWhatTheEndpointCannotSetUp() {
    ClientFixture f = fixture();
    f.endpoint.stand(parameters -> new TunnelState.Failed("no such device"));
    f.startConnected();

    assertThat(f.journal).containsExactly("apply [v6v4 quiet]", "apply []", "reject", "close");
    assertThat(f.lastError()).contains("no such device");
  }

  @Test
  void rejectsNothingAnyMoreIfTheTunnelFailsAfterTheAccept() {
    ClientFixture f = fixture();
    f.endpoint.stand(
        tunnel ->
            tunnel.keepAlive().isPresent()
                ? new TunnelState.Failed("no route")
                : new TunnelState.Up("recorded", "culvert1"));
    f.startConnected();

    assertThat(f.journal)
        .containsExactly("apply [v6v4 quiet]", "accept", "apply [v6v4]", "apply []", "close");
    assertThat(f.lastError()).contains("no route");
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
  }

  @Test
  @Demands({"R-2.3-1", "R-4.6-11", "R-4.5.2-3", "D-2.3-1", "D-4.3-3"})
  void asksAgainAtOnceAfterSilenceAndHoldsTheOldTunnelMeanwhile() {
    ClientFixture f = fixture().startConnected();
    f.endpoint.hear();
    f.pass(Duration.ofSeconds(120));
    f.refuseToAnswer();

    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.asked()).hasSize(3);
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.endpoint.desired()).hasSize(1);
    assertThat(f.journal).doesNotContain("apply []");

    f.grant();
    f.pass(Duration.ofSeconds(10));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.client.status().connects()).isEqualTo(2);
    assertThat(f.journal).doesNotContain("apply []");
    assertThat(f.endpoint.applied())
        .allSatisfy(
            set ->
                assertThat(set)
                    .singleElement()
                    .extracting(TunnelParameters::localAddress)
                    .isEqualTo(SampleOffers.CLIENT6));
  }

  @Test
  void ignoresTheSilenceOfATunnelThatWasReplacedMeanwhile() {
    ClientFixture f = fixture().startConnected();

    f.pass(Duration.ofSeconds(300));
    f.endpoint.tellSilence(TunnelPlan.ID);

    assertThat(f.asked()).hasSize(1);
  }

  @Test
  void asksForUdpWhereProtocol41NeverPasses() {
    ClientFixture f = fixture().startConnected();
    f.pass(Duration.ofSeconds(95));
    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.askedTypes()).containsExactly(TunnelType.V6ANYV4, TunnelType.V6UDPV4);
    assertThat(f.client.status().offer().orElseThrow().type()).isEqualTo(TunnelType.V6UDPV4);

    f.endpoint.hear();
    f.pass(Duration.ofSeconds(300));
    f.signaling.comeFrom(address("198.51.100.2", 40001));
    f.endpoint.fallSilent(TunnelPlan.ID);
    assertThat(f.askedTypes()).last().isEqualTo(TunnelType.V6UDPV4);
  }

  @Test
  void letsTheBrokerChooseAgainIfUdpDoesNotPassEither() {
    ClientFixture f = fixture().startConnected();
    f.pass(Duration.ofSeconds(95));
    f.endpoint.fallSilent(TunnelPlan.ID);
    f.pass(Duration.ofSeconds(95));
    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    f.pass(Duration.ofSeconds(10));

    assertThat(f.askedTypes())
        .containsExactly(TunnelType.V6ANYV4, TunnelType.V6UDPV4, TunnelType.V6ANYV4);
  }

  @Test
  void holdsATunnelOverAnAddressThatTheSystemNeverShowed() {
    ClientFixture f = fixture();
    f.localAddresses = Set.of();
    f.startConnected();

    f.pass(Duration.ofMinutes(1));

    assertThat(f.asked()).hasSize(1);
  }

  @Test
  void keepsToTheConfiguredTypeWhateverPasses() {
    ClientFixture f = fixture();
    f.configs.with("tunnelType", "v6v4");
    f.startConnected();
    f.pass(Duration.ofSeconds(95));
    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.askedTypes()).containsExactly(TunnelType.V6V4, TunnelType.V6V4);
  }

  @Test
  @Demands({"R-2.3-1", "R-2.1-8", "R-6.4-1", "R-6.6-1", "D-2.1-6", "D-5.4-1", "D-5.6-1"})
  void asksAgainWhenTheLocalAddressIsGone() {
    ClientFixture f = fixture().startConnected();
    InetSocketAddress moved = address("203.0.113.9", 41000);

    f.localAddresses = Set.of(moved.getAddress());
    f.signaling.comeFrom(moved);
    f.pass(ReconnectingTunnelClient.POLL);

    assertThat(f.asked()).hasSize(2);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.endpoint.desired().get(0).outer().local().getAddress())
        .isEqualTo(moved.getAddress());
  }

  @Test
  void doesNotMindAddressesThatComeAndGoBesideItsOwn() {
    ClientFixture f = fixture().startConnected();

    f.localAddresses =
        Set.of(ClientFixture.LOCAL.getAddress(), address("203.0.113.9", 0).getAddress());
    f.pass(Duration.ofMinutes(1));
    f.localAddresses = Set.of(ClientFixture.LOCAL.getAddress());
    f.pass(Duration.ofMinutes(1));

    assertThat(f.asked()).hasSize(1);
  }

  @Test
  void cutsALongWaitShortWhenAnAddressAppears() {
    ClientFixture f = fixture();
    f.configs.with("retryMin", 10).with("retryMax", 86400);
    f.start();
    f.pass(Duration.ofDays(10));
    int before = f.asked().size();

    f.localAddresses = Set.of(address("203.0.113.9", 0).getAddress());
    f.signaling.comeFrom(address("203.0.113.9", 41000));
    f.grant();
    f.pass(Duration.ofSeconds(25));

    assertThat(f.asked()).hasSize(before + 1);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void renewsAtThreeQuartersOfTheLifetimeWithoutTouchingWhatStands() {
    ClientFixture f = fixture().startConnected();
    f.pass(Duration.ofMinutes(1440 * 7 / 10 - 1));
    assertThat(f.asked()).hasSize(1);

    f.pass(Duration.ofMinutes(1440 / 10 + 2));

    assertThat(f.asked()).hasSize(2);
    assertThat(f.journal.subList(4, f.journal.size()))
        .as("nothing is touched before the broker knows")
        .containsExactly("accept", "apply [v6v4]", "close");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void renewsATunnelOverUdpFromItsVeryPort() {
    ClientFixture f = fixture();
    f.configs.with("tunnelType", "v6udpv4");
    f.startConnected();
    assertThat(f.signaling.asked().get(0).target().from()).isEmpty();

    f.pass(Duration.ofHours(20));

    assertThat(f.asked()).hasSize(2);
    assertThat(f.signaling.asked().get(1).target().from()).contains(ClientFixture.LOCAL);
    assertThat(f.endpoint.applied()).as("equal from then on").hasSize(3);
    assertThat(f.endpoint.applied().get(2)).isEqualTo(f.endpoint.applied().get(1));
  }

  @Test
  void renewsFromAnotherPortWhereTheTunnelsIsNotUnderstood() {
    ClientFixture f = fixture();
    f.configs.with("tunnelType", "v6udpv4");
    f.startConnected();
    InetSocketAddress other = address("198.51.100.2", 40001);
    f.signaling.answer(
        (target, asked) -> {
          if (target.from().isPresent()) {
            f.signaling.comeFrom(other);
            return CompletableFuture.failedFuture(new IOException("an echo"));
          }
          return f.offering(asked, SampleOffers.ipv6(TunnelType.V6UDPV4));
        });
    f.journal.clear();

    f.pass(Duration.ofHours(20));

    assertThat(f.asked()).hasSize(3);
    assertThat(f.journal)
        .as("the old tunnel stands until the new one is accepted")
        .containsExactly("accept", "apply [v6udpv4]", "close");
    assertThat(f.endpoint.desired().get(0).outer().local()).isEqualTo(other);
  }

  @Test
  void asksFromAnotherPortAfterSilenceForTheOldOneMayBeTheFault() {
    ClientFixture f = fixture();
    f.configs.with("tunnelType", "v6udpv4");
    f.startConnected();
    f.pass(Duration.ofSeconds(120));

    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.asked()).hasSize(2);
    assertThat(f.signaling.asked().get(1).target().from()).isEmpty();
  }

  @Test
  void theOldTunnelStandsWhileTheAcceptIsUnderWayAndIfItIsRefused() {
    ClientFixture f = fixture().startConnected();
    CompletableFuture<Void> accepted = new CompletableFuture<>();
    f.signaling.comeFrom(address("198.51.100.2", 40001));
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.completedFuture(
                new RecordedExchange(
                    SampleOffers.ipv6(TunnelType.V6UDPV4), asked.path(), f.journal, accepted)));
    f.journal.clear();
    while (f.asked().size() < 2) {
      f.pass(Duration.ofSeconds(10));
    }
    assertThat(f.journal).containsExactly("accept");

    accepted.completeExceptionally(new TspException(StatusCode.ADDRESS_IN_USE, "scripted"));

    assertThat(f.journal).containsExactly("accept", "close");
    assertThat(f.endpoint.desired().get(0).type()).isEqualTo(TunnelType.V6V4);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void anAnonymousRenewalNamesTheAddressThatItHas() {
    ClientFixture f = fixture().startConnected();
    assertThat(f.signaling.asked().get(0).request().clientAddresses())
        .containsExactly(ClientFixture.LOCAL.getAddress());

    f.pass(Duration.ofHours(20));

    assertThat(f.signaling.asked().get(1).request().clientAddresses())
        .containsExactly(ClientFixture.LOCAL.getAddress(), SampleOffers.CLIENT6);
  }

  @Test
  void asksWithoutTheAddressWhereABrokerRefusesIt() {
    ClientFixture f = fixture().startConnected();
    f.signaling.answer(
        (target, asked) ->
            asked.request().clientAddresses().size() > 1
                ? ScriptedSignaling.refused(StatusCode.INVALID_IPV6_ADDRESS)
                : f.offering(asked, SampleOffers.ipv6(TunnelType.V6V4)));

    f.pass(Duration.ofHours(20));

    assertThat(f.asked()).hasSize(3);
    assertThat(f.client.status().connects()).isEqualTo(2);
    assertThat(f.client.status().lastError()).isEmpty();
  }

  @Test
  void aUserWithANameNeedsNoAddressToBeKnown() {
    ClientFixture f = fixture();
    f.configs.with("user", "alice").with("password", "s3");
    f.startConnected();

    f.pass(Duration.ofHours(20));

    assertThat(f.signaling.asked().get(1).request().clientAddresses())
        .containsExactly(ClientFixture.LOCAL.getAddress());
  }

  @Test
  void aTunnelWithoutKeepalivesIsLostWhenItsLifetimeEndsUnrenewed() {
    ClientFixture f = fixture();
    f.signaling.answer(
        (target, asked) -> f.offering(asked, withoutKeepAlive(SampleOffers.ipv6(TunnelType.V6V4))));
    f.start();
    f.refuseToAnswer();
    f.pass(Duration.ofHours(23));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);

    f.pass(Duration.ofHours(1).plusMinutes(1));

    assertThat(f.phase()).isNotEqualTo(Phase.CONNECTED);
    f.grant();
    f.pass(Duration.ofMinutes(5));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  private static TunnelOffer withoutKeepAlive(TunnelOffer offer) {
    return new TunnelOffer(
        offer.id(),
        offer.type(),
        offer.lifetime(),
        offer.server(),
        offer.client(),
        Optional.empty(),
        offer.router(),
        offer.resolvers());
  }

  @Test
  void theOldTunnelIsLostIfTheNewOneFailsAfterTheAccept() {
    ClientFixture f = fixture().startConnected();
    f.signaling.answer((target, asked) -> f.offering(asked, SampleOffers.ipv6(TunnelType.V6UDPV4)));
    f.endpoint.stand(
        tunnel ->
            tunnel.type().equals(TunnelType.V6UDPV4)
                ? new TunnelState.Failed("no socket")
                : new TunnelState.Up("recorded", "culvert1"));
    while (f.asked().size() < 2) {
      f.pass(Duration.ofSeconds(10));
    }

    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("no socket");
  }

  @Test
  void noticesOverTcpThatTheAcceptIsRefusedAfterAll() {
    ClientFixture f = fixture();
    f.configs.with("transports", "tcp");
    List<RecordedExchange> exchanges = new ArrayList<>();
    f.signaling.answer(
        (target, asked) -> {
          RecordedExchange exchange =
              new RecordedExchange(SampleOffers.ipv6(TunnelType.V6V4), asked.path(), f.journal);
          exchanges.add(exchange);
          return CompletableFuture.completedFuture(exchange);
        });
    f.start();
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.journal).as("it listens still").doesNotContain("close");

    exchanges.get(0).refuse(new TspException(StatusCode.ENDPOINT_CONFIGURATION_ERROR, "scripted"));

    assertThat(f.journal).last().isEqualTo("close");
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("307").contains("after the accept");
    f.pass(Duration.ofSeconds(10));
    assertThat(f.asked()).hasSize(2);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void listensOverTcpForAWhileOnly() {
    ClientFixture f = fixture();
    f.configs.with("transports", "tcp");
    f.startConnected();

    f.pass(AcceptWatch.HOLD);

    assertThat(f.journal).last().isEqualTo("close");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void renewsWithinADayWhereALifetimeWasWrittenInSeconds() {
    ClientFixture f = fixture();
    f.signaling.answer(
        (target, asked) ->
            f.offering(asked, SampleOffers.lasting(TunnelType.V6V4, Duration.ofMinutes(604_800))));
    f.start();

    f.pass(Duration.ofHours(20));

    assertThat(f.asked()).hasSize(2);
  }

  @Test
  void staysConnectedWhileARenewalFails() {
    ClientFixture f = fixture().startConnected();
    f.refuseToAnswer();
    f.pass(Duration.ofHours(20));

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.lastError()).contains("connection refused");
    assertThat(f.endpoint.desired()).hasSize(1);

    f.grant();
    f.pass(Duration.ofMinutes(5));
    assertThat(f.client.status().connects()).isEqualTo(2);
  }

  @Test
  @Demands({"R-4.5.2-3", "R-4.5.2-4"})
  void dropsTheTunnelAndAsksAgainWhenTheOperatorSaysSo() {
    ClientFixture f = fixture().startConnected();

    f.client.reconnect();

    assertThat(f.journal)
        .containsExactly(
            "apply [v6v4 quiet]",
            "accept",
            "apply [v6v4]",
            "close",
            "apply []",
            "apply [v6v4 quiet]",
            "accept",
            "apply [v6v4]",
            "close");
  }

  @Test
  void closesAnExchangeThatComesAfterTheOperatorAskedAnew() {
    ClientFixture f = fixture();
    CompletableFuture<SignalingExchange> late = new CompletableFuture<>();
    f.signaling.answer((target, asked) -> late);
    f.start();
    f.grant();
    f.client.reconnect();
    f.journal.clear();

    late.complete(
        new RecordedExchange(
            SampleOffers.ipv6(TunnelType.V6V4), f.signaling.asked().get(0).path(), f.journal));

    assertThat(f.journal).containsExactly("close");
    assertThat(f.client.status().connects()).isEqualTo(1);
  }

  @Test
  void closingTakesTheTunnelDownAndEndsEverythingItStarted() {
    ClientFixture f = fixture().startConnected();

    f.client.close();

    assertThat(f.endpoint.desired()).isEmpty();
    assertThat(f.endpoint.watches()).isZero();
    assertThat(f.executor.isShutdown()).isTrue();
    assertThat(f.resolverClosed).isTrue();
    assertThat(f.routersClosed).isTrue();
  }

  @Test
  void asksNobodyWhileItIsClosed() {
    ClientFixture f = fixture();
    f.configs.with("transports", "tcp");
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.completedFuture(
                new OtherwiseClosed(
                    new RecordedExchange(
                        SampleOffers.ipv6(TunnelType.V6V4), asked.path(), f.journal),
                    () -> f.executor.advance(ReconnectingTunnelClient.POLL.plusMillis(1)))));
    f.start();
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);

    f.client.close();

    assertThat(f.signaling.asked()).hasSize(1);
    assertThat(f.endpoint.desired()).isEmpty();
  }

  @Test
  void closesAnExchangeThatComesAfterItWasClosed() {
    ClientFixture f = fixture();
    CompletableFuture<SignalingExchange> late = new CompletableFuture<>();
    f.signaling.answer((target, asked) -> late);
    f.start();
    f.client.close();
    f.journal.clear();

    late.complete(
        new RecordedExchange(
            SampleOffers.ipv6(TunnelType.V6V4), f.signaling.asked().get(0).path(), f.journal));

    assertThat(f.journal).containsExactly("close");
  }

  private ClientFixture fixture() {
    return new ClientFixture(directory, "192.0.2.1");
  }
}
