package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.netdev.SourceRoute;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryHostNetwork;
import org.culvert.testkit.time.ManualClock;
import org.culvert.testkit.time.ManualExecutor;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

/** What the host is given as tunnels come and go. */
class HostUpkeepTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:8000::/40");
  private static final IpPrefix PREFIX = IpPrefix.parse("2001:db8:700::/48");
  private static final IpPrefix ADDRESS = IpPrefix.parse("2001:db8::7/128");

  private final InMemoryHostNetwork host = new InMemoryHostNetwork();
  private final ManualExecutor executor = new ManualExecutor(new ManualClock());
  private final Map<String, String> standing = new HashMap<>();

  @Test
  void serverRemovesNothingBeforeItKnowsThePools() {
    HostUpkeep upkeep = server("forwarding");
    upkeep.desire(List.of(tunnel(Side.SERVER, "::/0")));
    executor.advance(Duration.ofSeconds(3));
    assertThat(host.looks()).isZero();

    upkeep.serve(Set.of(POOL), Set.of());

    assertThat(given(Side.SERVER).deadEnds()).containsExactly(POOL);
  }

  @Test
  void serverForwardsWhenTheFirstTunnelStands() {
    HostUpkeep upkeep = server("forwarding");
    upkeep.serve(Set.of(POOL), Set.of());
    upkeep.desire(List.of(tunnel(Side.SERVER, "::/0")));
    assertThat(given(Side.SERVER).forwarded()).isEmpty();
    assertThat(given(Side.SERVER).neighbors()).containsExactly(IpAddresses.parse("2001:db8::1"));

    standing.put("t", "culvert0");
    upkeep.lookAgain();

    assertThat(given(Side.SERVER).forwarded()).containsExactly(IpVersion.IPV6);
    assertThat(given(Side.SERVER).allowed()).containsExactly(HostSetting.FORWARDING);
    assertThat(given(Side.SERVER).closed()).containsExactly("eth7");
  }

  @Test
  @Threat("T23")
  void serverGuardsItsHostOnceItKnowsThePools() {
    HostUpkeep upkeep =
        new HostUpkeep(
            Side.SERVER,
            HostSettings.from("pid", "", "").withReach(Reach.from("pid", "culvert0", "none", "")),
            host,
            this::device,
            executor);
    upkeep.serve(Set.of(POOL), Set.of());
    assertThat(given(Side.SERVER).guard().orElseThrow().members()).containsExactly(POOL);

    upkeep.desire(List.of(tunnel(Side.SERVER, "2001:db8:9::/48")));

    assertThat(given(Side.SERVER).guard().orElseThrow().members())
        .containsExactlyInAnyOrder(POOL, IpPrefix.parse("2001:db8:9::/48"));
  }

  @Test
  void serverLeavesItsDeadEndsWhenItStops() {
    HostUpkeep upkeep = server("forwarding");
    upkeep.serve(Set.of(POOL), Set.of());

    upkeep.close();

    assertThat(given(Side.SERVER).deadEnds()).containsExactly(POOL);
  }

  @Test
  void clientSendsFromItsAddressesIntoTheTunnelWhileItStands() {
    HostUpkeep upkeep = client(true);
    upkeep.desire(List.of(tunnel(Side.CLIENT, "::/0")));
    assertThat(given(Side.CLIENT).deadEnds()).containsExactly(PREFIX);
    assertThat(given(Side.CLIENT).sourceRoutes()).isEmpty();

    standing.put("t", "culvert1");
    executor.advance(Duration.ofSeconds(1));

    assertThat(given(Side.CLIENT).sourceRoutes())
        .containsExactlyInAnyOrder(
            new SourceRoute(ADDRESS, "culvert1", 5572, 5572),
            new SourceRoute(PREFIX, "culvert1", 5572, 5572));
    assertThat(given(Side.CLIENT).forwarded()).containsExactly(IpVersion.IPV6);
    assertThat(given(Side.CLIENT).allowed()).isEmpty();

    upkeep.close();

    assertThat(given(Side.CLIENT)).isEqualTo(HostConfiguration.nothing(Side.CLIENT));
  }

  @Test
  void packetsOfATunnelThatIsDownGoNoOtherWay() {
    HostUpkeep upkeep = client(true);
    upkeep.desire(List.of(tunnel(Side.CLIENT, "::/0")));
    standing.put("t", "culvert1");
    executor.advance(Duration.ofSeconds(1));

    standing.clear();
    executor.advance(Duration.ofSeconds(1));
    assertThat(given(Side.CLIENT).sourceRoutes()).hasSize(2);

    upkeep.desire(List.of());
    assertThat(given(Side.CLIENT)).isEqualTo(HostConfiguration.nothing(Side.CLIENT));
  }

  @Test
  void clientWithoutADefaultRouteThroughTheTunnelHasNoSourceRules() {
    HostUpkeep upkeep = client(true);
    standing.put("t", "culvert1");

    upkeep.desire(List.of(tunnel(Side.CLIENT, "2001:db8::/32")));

    assertThat(given(Side.CLIENT).sourceRoutes()).isEmpty();
    assertThat(given(Side.CLIENT).deadEnds()).containsExactly(PREFIX);
  }

  @Test
  void clientWithoutSourceRulesHasNone() {
    HostUpkeep upkeep = client(false);
    standing.put("t", "culvert1");

    upkeep.desire(List.of(tunnel(Side.CLIENT, "::/0")));

    assertThat(given(Side.CLIENT).sourceRoutes()).isEmpty();
  }

  @Test
  void tellsWhatIsMissingUntilItIsThere() {
    HostUpkeep upkeep = client(true);
    host.lacks("IPv6 is not forwarded");
    executor.advance(Duration.ofSeconds(1));
    assertThat(upkeep.missing()).containsExactly("IPv6 is not forwarded");

    host.lacks();
    executor.advance(Duration.ofSeconds(1));

    assertThat(upkeep.missing()).isEmpty();
  }

  @Test
  void tellsThatTheHostCannotBeAsked() {
    HostUpkeep upkeep = client(true);

    host.refuse("needs CAP_NET_ADMIN");
    executor.advance(Duration.ofSeconds(1));

    assertThat(upkeep.missing()).singleElement().asString().contains("needs CAP_NET_ADMIN");
  }

  /** And it goes on with all else, that nobody undoes. */
  @Test
  void tellsOnceWhatAnotherProgramUndoes() {
    HostUpkeep upkeep = client(true);
    host.changes("forwarding is set");
    executor.advance(Duration.ofSeconds(10));
    int before = host.looks();
    assertThat(upkeep.missing())
        .singleElement()
        .asString()
        .contains("another program undoes", "forwarding is set");

    executor.advance(Duration.ofSeconds(30));
    assertThat(host.looks()).isEqualTo(before + 30);
    assertThat(upkeep.missing()).hasSize(1);

    host.changes();
    executor.advance(Duration.ofSeconds(61));
    assertThat(upkeep.missing()).isEmpty();
  }

  @Test
  void manyDifferentActsAreNoFeud() {
    HostUpkeep upkeep = client(true);
    for (int i = 0; i < 20; i++) {
      host.changes("setting " + i);
      executor.advance(Duration.ofSeconds(1));
    }

    assertThat(upkeep.missing()).isEmpty();
  }

  private HostUpkeep server(String allowed) {
    return new HostUpkeep(
        Side.SERVER, HostSettings.from("pid", allowed, "eth7"), host, this::device, executor);
  }

  private HostUpkeep client(boolean sourceRules) {
    return new HostUpkeep(
        Side.CLIENT,
        HostSettings.from("pid", "", "")
            .withSourceRules("pid", sourceRules, HostSettings.TABLE, HostSettings.PRIORITY),
        host,
        this::device,
        executor);
  }

  private Optional<String> device(String id) {
    return Optional.ofNullable(standing.get(id));
  }

  private HostConfiguration given(Side side) {
    return host.given(side).orElseThrow();
  }

  private static TunnelParameters tunnel(Side side, String reached) {
    boolean client = side == Side.CLIENT;
    return new TunnelParameters(
        "t",
        side,
        TunnelType.V6V4,
        new OuterEndpoints(Ends.outer("192.0.2.7", 0), Ends.outer("192.0.2.1", 0)),
        IpAddresses.parse("2001:db8::7"),
        IpAddresses.parse("2001:db8::1"),
        List.of(IpPrefix.parse(reached)),
        client ? List.of(ADDRESS, PREFIX) : List.of(),
        1280,
        Optional.empty());
  }
}
