package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServiceException;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.RecordingService;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClientServicesTest {
  private static final String PREFIX = "2001:db8:1200::/56";
  private static final String OTHER = "2001:db8:3400::/56";

  @TempDir Path directory;

  private final List<String> deeds = new ArrayList<>();
  private final RecordingService.OfPrefixes lan = new RecordingService.OfPrefixes("lan", deeds);

  @Test
  void handsThePrefixOnWhenTheTunnelIsUp() {
    ClientFixture f = started(PREFIX);

    assertThat(deeds).containsExactly("lan provide " + PREFIX + " on culvert1");
    assertThat(f.client.status().services())
        .singleElement()
        .satisfies(
            service -> {
              assertThat(service.name()).isEqualTo("lan");
              assertThat(service.state()).isEqualTo(Duty.State.DONE);
              assertThat(service.problem()).isEmpty();
            });
  }

  @Test
  void aServiceThatComesLaterIsToldAndOneThatGoesTakesBackFirst() {
    ClientFixture f = started(PREFIX);
    RecordingService.OfPrefixes late = new RecordingService.OfPrefixes("late", deeds);

    f.services.bind(late);
    f.services.unbind(late);

    assertThat(deeds)
        .containsExactly(
            "lan provide " + PREFIX + " on culvert1",
            "late provide " + PREFIX + " on culvert1",
            "late withdraw " + PREFIX + " on culvert1");
    assertThat(f.threads.get(1).isShutdown()).isTrue();
  }

  @Test
  void aTunnelWithoutAPrefixHasNothingToHandOn() {
    ClientFixture f = fixture();
    f.startConnected();
    f.services.bind(lan);

    assertThat(deeds).isEmpty();
    assertThat(f.client.status().services()).isEmpty();
  }

  @Test
  void aReconnectWithTheSameAddressAndPrefixTouchesNothing() {
    ClientFixture f = started(PREFIX);

    f.client.reconnect();
    f.pass(Serving.GRACE.multipliedBy(2));

    assertThat(f.client.status().connects()).isEqualTo(2);
    assertThat(deeds).hasSize(1);
  }

  @Test
  void takesTheOldPrefixBackBeforeItHandsOnAnother() {
    ClientFixture f = started(PREFIX);
    grant(f, OTHER);

    f.client.reconnect();

    assertThat(deeds)
        .containsExactly(
            "lan provide " + PREFIX + " on culvert1",
            "lan withdraw " + PREFIX + " on culvert1",
            "lan provide " + OTHER + " on culvert1");
  }

  @Test
  void providesAnewWhereOnlyTheDeviceIsAnother() {
    ClientFixture f = started(PREFIX);

    f.endpoint.stand(parameters -> new TunnelState.Up("kernel", "sit7"));
    f.pass(ReconnectingTunnelClient.POLL);

    assertThat(deeds)
        .containsExactly(
            "lan provide " + PREFIX + " on culvert1", "lan provide " + PREFIX + " on sit7");
  }

  @Test
  void takesThePrefixBackWhenTheTunnelStaysAway() {
    ClientFixture f = started(PREFIX);
    f.endpoint.hear();
    f.pass(Duration.ofSeconds(120));
    f.refuseToAnswer();
    f.endpoint.fallSilent(TunnelPlan.ID);

    f.pass(Serving.GRACE.minusSeconds(1));
    assertThat(deeds).hasSize(1);
    f.pass(Duration.ofSeconds(1));

    assertThat(deeds).last().isEqualTo("lan withdraw " + PREFIX + " on culvert1");
    grant(f, PREFIX);
    f.pass(Duration.ofMinutes(10));
    assertThat(deeds).last().isEqualTo("lan provide " + PREFIX + " on culvert1");
  }

  @Test
  void whatWasTakenBackIsForgottenInTheFileAsSoonAsItCanBeWritten() throws Exception {
    ClientFixture f = started(PREFIX);
    Path file = f.configs.settings().provided();
    Path inTheWay =
        Files.createDirectories(file.resolveSibling("." + file.getFileName() + ".new/x"));
    f.services.unbind(lan);
    f.pass(Duration.ofMinutes(1));
    assertThat(new Provided(file).recall("prefix/lan")).isPresent();

    Files.delete(inTheWay);
    f.pass(ReconnectingTunnelClient.POLL);

    assertThat(new Provided(file).recall("prefix/lan")).isEmpty();
  }

  @Test
  void takesEverythingBackWhenTheClientEnds() {
    ClientFixture f = started(PREFIX);

    f.client.close();

    assertThat(deeds).last().isEqualTo("lan withdraw " + PREFIX + " on culvert1");
    assertThat(f.threads).allMatch(thread -> thread.isShutdown());
    assertThat(f.endpoint.desired()).isEmpty();
  }

  @Test
  void triesAgainAndAgainWhatFails() {
    lan.fail(ServiceException.passing("there is no interface eth1", null));
    ClientFixture f = started(PREFIX);
    ClientStatus.Service failing = f.client.status().services().get(0);
    assertThat(failing.state()).isEqualTo(Duty.State.QUEUED);
    assertThat(failing.problem()).contains("there is no interface eth1");

    lan.heal();
    f.pass(Duration.ofSeconds(10));

    assertThat(deeds).hasSize(2);
    assertThat(f.client.status().services().get(0).state()).isEqualTo(Duty.State.DONE);
  }

  @Test
  void looksNowAndThenWhetherSomebodyMendedWhatLasts() {
    lan.fail(ServiceException.lasting("radvd is not installed", null));
    ClientFixture f = started(PREFIX);
    assertThat(f.client.status().services().get(0).state()).isEqualTo(Duty.State.FAILED);

    f.pass(Duration.ofSeconds(299));
    assertThat(deeds).hasSize(1);
    lan.heal();
    f.pass(Duration.ofSeconds(1));

    assertThat(f.client.status().services().get(0).state()).isEqualTo(Duty.State.DONE);
  }

  @Test
  void providesAnewWhatSomebodyTookAway() {
    ClientFixture f = started(PREFIX);
    f.pass(ServiceWorker.LOOK);
    assertThat(deeds).hasSize(1);

    lan.lose("eth1 lacks its address");
    f.pass(ServiceWorker.LOOK);
    f.pass(ServiceWorker.LOOK);

    assertThat(deeds).hasSize(2).last().isEqualTo("lan provide " + PREFIX + " on culvert1");
    assertThat(f.client.status().services().get(0).state()).isEqualTo(Duty.State.DONE);
  }

  @Test
  void tellsWhatARoutingServiceSaysOfItself() {
    ClientFixture f = routed("bgp");
    f.start();
    f.services.bind(new RecordingService.OfRouting("bird", deeds, RoutingProtocol.BGP), 0);
    f.pass(ReconnectingTunnelClient.SETTLING);

    f.pass(ServiceWorker.LOOK);

    assertThat(f.client.status().services().get(0).detail()).contains("recorded");
  }

  @Test
  void adoptsAfterACrashWhatIsTheSameAndTakesBackWhatIsNot() {
    started(PREFIX);
    deeds.clear();

    started(PREFIX);
    assertThat(deeds).as("adopted").containsExactly("lan provide " + PREFIX + " on culvert1");
    deeds.clear();

    started(OTHER);
    assertThat(deeds)
        .containsExactly(
            "lan withdraw " + PREFIX + " on culvert1", "lan provide " + OTHER + " on culvert1");
  }

  @Test
  void takesBackAfterACrashWhereNoTunnelComes() {
    started(PREFIX);
    deeds.clear();
    ClientFixture f = fixture();
    f.refuseToAnswer();
    f.start();
    f.services.bind(lan);
    assertThat(f.client.status().services()).hasSize(1);

    f.pass(Serving.GRACE);

    assertThat(deeds).containsExactly("lan withdraw " + PREFIX + " on culvert1");
    assertThat(f.client.status().services()).isEmpty();
  }

  @Test
  void asksForNoProtocolThatNobodyHereSpeaksUntilSomebodyDoes() {
    ClientFixture f = routed("bgp");
    f.start();
    f.pass(ReconnectingTunnelClient.SETTLING);
    assertThat(f.asked()).isEmpty();
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("routing = bgp").contains("culvert-routing-frr");

    f.services.bind(new RecordingService.OfRouting("rip", deeds, RoutingProtocol.RIP), 0);
    assertThat(f.asked()).isEmpty();
    f.services.bind(new RecordingService.OfRouting("bird", deeds, RoutingProtocol.BGP), 0);

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.signaling.asked().get(0).request().router().orElseThrow().protocol())
        .contains("bgp");
    assertThat(deeds).containsExactly("bird provide " + PREFIX + " on culvert1");
  }

  @Test
  void aSpeakerWhoseDaemonIsAwayIsKeptAndOneWhoseDaemonComesIsTaken() {
    ClientFixture f = routed("bgp");
    f.start();
    RecordingService.OfRouting bird =
        new RecordingService.OfRouting("bird", deeds, RoutingProtocol.BGP);
    f.services.bind(bird, 0);
    f.pass(ReconnectingTunnelClient.SETTLING);
    bird.speak();
    f.pass(Duration.ofHours(20));
    assertThat(f.client.status().connects()).as("renewed").isEqualTo(2);
    assertThat(deeds).containsExactly("bird provide " + PREFIX + " on culvert1");

    f.services.unbind(bird);
    f.services.bind(bird, 0);
    deeds.clear();
    bird.speak(RoutingProtocol.BGP);
    f.pass(ReconnectingTunnelClient.POLL);

    assertThat(deeds).containsExactly("bird provide " + PREFIX + " on culvert1");
  }

  @Test
  void theHighestRankingSpeakerIsUsedAndAnotherTakesOverWhenItGoes() {
    ClientFixture f = routed("bgp");
    f.start();
    RecordingService.OfRouting frr =
        new RecordingService.OfRouting("frr", deeds, RoutingProtocol.BGP, RoutingProtocol.OSPF);
    f.services.bind(new RecordingService.OfRouting("bird", deeds, RoutingProtocol.BGP), 1);
    f.services.bind(frr, 5);
    f.pass(ReconnectingTunnelClient.SETTLING);
    assertThat(deeds).containsExactly("frr provide " + PREFIX + " on culvert1");

    f.services.unbind(frr);

    assertThat(deeds)
        .containsExactlyInAnyOrder(
            "frr provide " + PREFIX + " on culvert1",
            "frr withdraw " + PREFIX + " on culvert1",
            "bird provide " + PREFIX + " on culvert1");
    assertThat(f.asked()).as("no new session").hasSize(1);
  }

  @Test
  void whatIsConfiguredGivesWayToWhatIsLearned() {
    ClientFixture f = routed("bgp");
    f.start();
    f.services.bind(new RecordingService.OfRouting("bird", deeds, RoutingProtocol.BGP), 0);
    f.pass(ReconnectingTunnelClient.SETTLING);

    assertThat(f.endpoint.applied())
        .flatExtracting(set -> set)
        .extracting(TunnelParameters::prefixRoutes, TunnelParameters::ownLink)
        .containsOnly(tuple(PrefixRoutes.FLOATING, false));
  }

  @Test
  void linkLocalProtocolsGetALinkOfTheirOwnEvenBeforeTheAccept() {
    ClientFixture f = routed("ospf");
    f.start();
    f.services.bind(new RecordingService.OfRouting("bird", deeds, RoutingProtocol.OSPF), 0);
    f.pass(ReconnectingTunnelClient.SETTLING);

    assertThat(f.endpoint.applied())
        .flatExtracting(set -> set)
        .hasSize(2)
        .allMatch(TunnelParameters::ownLink);
  }

  @Test
  void refusesAProtocolThatWasNotAskedFor() {
    ClientFixture f = fixture();
    f.configs.with("prefixLength", 56);
    agree(f, RoutingAgreement.bgp(65001, 65000));
    f.start();

    assertThat(f.lastError()).contains("wants to speak bgp, which was not asked for");
    assertThat(f.journal).containsExactly("reject", "close");
  }

  @Test
  void saysWhatToDoAboutARefusal() {
    assertThat(refusal(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL)).contains("517", "routing = static");
    assertThat(refusal(StatusCode.DNS_DELEGATION_ERROR)).contains("509", "nameServers");
    assertThat(refusal(StatusCode.INVALID_IPV6_ADDRESS)).contains("502", "the name gw may be");
    assertThat(refusal(StatusCode.ROUTER_NOT_SUPPORTED)).contains("504", "prefixLength = 0");
    assertThat(refusal(StatusCode.PREFIX_UNAVAILABLE)).contains("507", "another prefixLength");
    assertThat(refusal(StatusCode.UNSUPPORTED_PREFIX_LENGTH)).contains("518", "hands out");
  }

  private String refusal(StatusCode code) {
    ClientFixture f = fixture();
    f.configs.with("name", "gw");
    f.signaling.answer((target, asked) -> ScriptedSignaling.refused(code));
    f.start();
    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    return f.lastError();
  }

  private ClientFixture routed(String routing) {
    ClientFixture f = fixture();
    f.configs.with("prefixLength", 56).with("routing", routing);
    agree(
        f,
        routing.equals("bgp")
            ? RoutingAgreement.bgp(65001, 65000)
            : RoutingAgreement.of(RoutingProtocol.of(routing)));
    return f;
  }

  private static void agree(ClientFixture f, RoutingAgreement agreement) {
    f.signaling.answer(
        (target, asked) ->
            f.offering(asked, SampleOffers.routed(TunnelType.V6V4, PREFIX, agreement)));
  }

  private ClientFixture started(String prefix) {
    ClientFixture f = fixture();
    grant(f, prefix);
    f.start();
    f.services.bind(lan);
    return f;
  }

  private static void grant(ClientFixture f, String prefix) {
    f.signaling.answer(
        (target, asked) -> f.offering(asked, SampleOffers.withPrefix(TunnelType.V6V4, prefix)));
  }

  private ClientFixture fixture() {
    return new ClientFixture(directory, "192.0.2.1");
  }
}
