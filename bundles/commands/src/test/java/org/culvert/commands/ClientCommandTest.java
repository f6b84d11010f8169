package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.Duty;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.SampleOffers;
import org.junit.jupiter.api.Test;

class ClientCommandTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String ERROR =
      "[2001:db8:aaaa:bbbb:cccc:dddd:eeee:1]:3653: has no address over which v6anyv4 is asked; "
          + "192.0.2.1:3653: cannot connect";

  @Test
  void jsonHasTheKeysOfScriptsEvenWithoutATunnel() {
    assertThat(row(Optional.empty()))
        .containsEntry("phase", "connecting")
        .containsEntry("broker", "")
        .containsEntry("type", "")
        .containsEntry("address", "")
        .containsEntry("prefix", "");
  }

  @Test
  void isNotPlainlyConnectedBeforeAPacketHasCome() {
    ClientStatus connected =
        new ClientStatus(
                ClientStatus.Phase.CONNECTED,
                NOW,
                Optional.empty(),
                Optional.empty(),
                Optional.of(SampleOffers.ipv6(TunnelType.V6V4)),
                Optional.empty(),
                1)
            .noting(Optional.of("every 2 s instead of 25 s"));

    assertThat(ClientCommand.row(connected, Optional.of(tunnel(OtherEnd.AWAITED)), NOW))
        .containsEntry("phase", "connected, nothing received yet")
        .containsEntry("keepalive", "every 2 s instead of 25 s");
    assertThat(ClientCommand.row(connected, Optional.of(tunnel(OtherEnd.HEARD)), NOW))
        .containsEntry("phase", "connected");
    assertThat(ClientCommand.row(connected, Optional.of(tunnel(OtherEnd.SILENT)), NOW))
        .containsEntry("phase", "connected, silent");
  }

  /** Packets may come in all the same: what is missing is here. */
  @Test
  void isNotConnectedWhileItsTunnelDoesNotStand() {
    ClientStatus connected =
        new ClientStatus(
            ClientStatus.Phase.CONNECTED,
            NOW,
            Optional.empty(),
            Optional.empty(),
            Optional.of(SampleOffers.ipv6(TunnelType.V6V4)),
            Optional.empty(),
            1);
    TunnelState failed = new TunnelState.Failed("the route to ::/0 cannot lead to culvert1");

    assertThat(ClientCommand.row(connected, Optional.of(tunnel(failed, OtherEnd.AWAITED)), NOW))
        .containsEntry("phase", "tunnel failed")
        .containsEntry("state", "failed")
        .containsEntry("reason", "the route to ::/0 cannot lead to culvert1");
    assertThat(
            ClientCommand.row(
                connected,
                Optional.of(tunnel(new TunnelState.Suspended("no bundle"), OtherEnd.SILENT)),
                NOW))
        .containsEntry("phase", "tunnel suspended");
  }

  @Test
  void tellsWhenItAsksNext() {
    ClientStatus status = status(Optional.empty()).askingAt(Optional.of(NOW.plusSeconds(125)));

    assertThat(ClientCommand.row(status, Optional.empty(), NOW))
        .containsEntry(
            "asks again",
            new Shown("in 2m5s; culvert:client-reconnect asks now", Duration.ofSeconds(125)));
    assertThat(ClientCommand.row(status(Optional.empty()), Optional.empty(), NOW))
        .doesNotContainKey("asks again");
  }

  @Test
  void tellsHowOldTheLastErrorIs() {
    ClientStatus status = status(Optional.empty()).failedAt(Optional.of(NOW.minusSeconds(185)));

    assertThat(ClientCommand.row(status, Optional.empty(), NOW))
        .containsEntry("last error", new Shown("3m5s ago: " + ERROR, ERROR))
        .containsEntry("last error age", new Shown("", Optional.of(Duration.ofSeconds(185))));
  }

  private static TunnelStatus tunnel(OtherEnd otherEnd) {
    return tunnel(new TunnelState.Up("userspace", "culvert1"), otherEnd);
  }

  private static TunnelStatus tunnel(TunnelState state, OtherEnd otherEnd) {
    return new TunnelStatus(
        new TunnelParameters(
            "client",
            TunnelParameters.Side.CLIENT,
            TunnelType.V6V4,
            OuterEndpoints.withoutPorts(
                IpAddresses.parse("198.51.100.2"), IpAddresses.parse("192.0.2.1")),
            SampleOffers.CLIENT6,
            SampleOffers.SERVER6,
            List.of(),
            List.of(),
            1280,
            Optional.empty()),
        state,
        TunnelCounters.ZERO,
        Optional.empty(),
        otherEnd);
  }

  @Test
  void addressIsTheInnerOne() {
    assertThat(row(Optional.of(SampleOffers.withPrefix(TunnelType.V6V4, "2001:db8:200::/56"))))
        .containsEntry("type", "v6v4")
        .containsEntry("address", "2001:db8:100::2")
        .containsEntry("prefix", "2001:db8:200::/56");
    assertThat(row(Optional.of(SampleOffers.ipv4())))
        .containsEntry("type", "v4v6")
        .containsEntry("address", "192.0.0.2");
  }

  @Test
  void showsWhatCameWithTheTunnelAndHowItStands() {
    ClientStatus status =
        status(
                Optional.of(
                    SampleOffers.routed(
                        TunnelType.V6V4, "2001:db8:200::/56", RoutingAgreement.bgp(65010, 65000))))
            .with(
                List.of(
                    service("frr@gw", Duty.Goal.PROVIDED, Duty.State.DONE, ""),
                    service("radvd", Duty.Goal.WITHDRAWN, Duty.State.QUEUED, "eth1 is down")));

    assertThat(ClientCommand.row(status, Optional.empty(), NOW))
        .containsEntry("routing", "bgp, AS 65010 with AS 65000")
        .containsEntry("name", "")
        .containsEntry("name servers", "")
        .containsEntry("service frr@gw", "done: 1 prefix")
        .containsEntry("service radvd", "to be withdrawn, queued: eth1 is down");
  }

  private static ClientStatus.Service service(
      String name, Duty.Goal goal, Duty.State state, String problem) {
    return new ClientStatus.Service(
        name,
        goal,
        state,
        NOW,
        Optional.of(problem).filter(text -> !text.isEmpty()),
        Optional.of("1 prefix"));
  }

  @Test
  void longErrorsAndPathsAreWrappedNotCut() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    Listing.printOne(
        new PrintStream(out, true, StandardCharsets.UTF_8), false, 80, row(Optional.empty()));

    String printed = out.toString(StandardCharsets.UTF_8);
    assertThat(printed.lines()).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(80));
    assertThat(printed.replaceAll("\\s+", " "))
        .contains(ERROR)
        .contains("[2001:db8:1111:2222:3333:4444:5555:6666]:65535 to [2001:db8:aaaa:bbbb:cccc");
  }

  private static Map<String, Object> row(Optional<TunnelOffer> offer) {
    return ClientCommand.row(status(offer), Optional.empty(), NOW);
  }

  private static ClientStatus status(Optional<TunnelOffer> offer) {
    SignalingPath path =
        new SignalingPath(
            SignalingPath.Transport.TCP,
            new InetSocketAddress(
                IpAddresses.parse("2001:db8:1111:2222:3333:4444:5555:6666"), 65535),
            new InetSocketAddress(IpAddresses.parse("2001:db8:aaaa:bbbb:cccc:dddd:eeee:1"), 3653));
    return new ClientStatus(
        ClientStatus.Phase.CONNECTING,
        NOW,
        Optional.empty(),
        Optional.of(path),
        offer,
        Optional.of(ERROR),
        0);
  }
}
