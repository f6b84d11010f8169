package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.culvert.api.broker.BrokerAdministration.BrokeredTunnel;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelStatus;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;

class TunnelsTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final String LONGEST = "2001:db8:1234:5678:9abc:def0:1234:5678";

  @Test
  void longestTunnelFitsEightyColumns() {
    Listing listing = TunnelsCommand.listing();
    listing.add(
        Tunnels.row(tunnel(new TunnelState.Suspended("encapsulation is not installed")), NOW));

    assertThat(listing.table(80)).noneMatch(line -> line.endsWith("…"));
    assertThat(listing.table(80).get(2)).contains(LONGEST).contains("255.255.255.255:65535");
  }

  @Test
  void detailTellsWhyATunnelFailedAndWhatItDropped() {
    Map<String, Object> detail =
        Tunnels.detail(tunnel(new TunnelState.Failed("address in use")), NOW);

    assertThat(detail)
        .containsEntry("state", "failed")
        .containsEntry("reason", "address in use")
        .containsEntry("expires", Duration.ofMinutes(90))
        .containsEntry("packets in", 7L)
        .containsEntry("dropped: inner source", 2L);
  }

  @Test
  void aReasonOfManyTunnelsIsToldOnceWithTheirNumber() {
    String lost = "no interface has the address 192.0.2.1; type: ip address add 192.0.2.1/32";
    BrokeredTunnel failed = tunnel(new TunnelState.Failed(lost));
    BrokeredTunnel suspended = tunnel(new TunnelState.Suspended("no bundle is active"));
    BrokeredTunnel up = tunnel(new TunnelState.Up("userspace", "culvert0"));

    assertThat(Tunnels.obstacles(List.of(up, suspended, failed, failed)))
        .containsExactly("2 tunnels failed: " + lost, "1 tunnel suspended: no bundle is active");
    assertThat(Tunnels.row(failed, NOW)).containsEntry("reason", lost);
    assertThat(Tunnels.row(up, NOW)).doesNotContainKey("reason");
  }

  @Test
  void aTunnelThatIsUpAndHinderedSaysByWhat() {
    String drops = "the packet filter drops it; type: nft list ruleset";
    BrokeredTunnel up = tunnel(new TunnelState.Up("userspace", "culvert0"));
    TunnelStatus s = up.status().orElseThrow();
    BrokeredTunnel hindered =
        new BrokeredTunnel(
            up.lease(),
            Optional.of(
                new TunnelStatus(
                    s.parameters(),
                    s.state(),
                    s.counters(),
                    s.silence(),
                    s.otherEnd(),
                    s.mtu(),
                    s.quiet(),
                    s.seen(),
                    Optional.of(drops))));

    assertThat(Tunnels.row(hindered, NOW))
        .containsEntry("state", "up, hindered")
        .containsEntry("reason", drops);
    assertThat(Tunnels.obstacles(List.of(up, hindered)))
        .containsExactly("1 tunnel up, hindered: " + drops);
  }

  @Test
  void tunnelsThatDifferInWhatToTypeAloneAreOneLine() {
    BrokeredTunnel first = tunnel(new TunnelState.Failed("it is refused; type: ip route get one"));
    BrokeredTunnel second = tunnel(new TunnelState.Failed("it is refused; type: ip route get two"));

    assertThat(Tunnels.obstacles(List.of(first, second)))
        .containsExactly("2 tunnels failed: it is refused; type: ip route get one");
  }

  @Test
  void manyReasonsAreToldInPart() {
    List<BrokeredTunnel> tunnels =
        IntStream.range(0, 14)
            .mapToObj(i -> tunnel(new TunnelState.Failed("eth" + i + " has the route")))
            .toList();

    assertThat(Tunnels.obstacles(tunnels))
        .hasSize(11)
        .contains("1 tunnel failed: eth0 has the route")
        .endsWith("4 more reasons; culvert:tunnel ID tells a tunnel's");
  }

  @Test
  void leaseWithoutTunnelShowsTheLeasesState() {
    BrokeredTunnel tunnel = new BrokeredTunnel(lease(), Optional.empty());

    assertThat(Tunnels.row(tunnel, NOW))
        .containsEntry("state", "active")
        .containsEntry("idle", Optional.empty())
        .containsEntry("last seen", Optional.empty())
        .containsEntry("packets in", Optional.empty())
        .containsEntry("datapath", "")
        .containsEntry("device", "");
  }

  @Test
  void listHasCountersAndWhenTheOtherEndWasSeen() {
    String json = Json.write(Tunnels.row(tunnel(new TunnelState.Up("kernel", "sit1")), NOW));

    assertThat(json)
        .contains("\"idle\": {\"seconds\": 25920000}")
        .contains("\"last seen\": \"2025-03-07T00:00:00Z\"")
        .contains("\"packets in\": 7,", "\"octets out\": 0,", "\"dropped: inner source\": 2");
  }

  @Test
  void tunnelOfAClientThatMovedTellsWhenItWasLastSeen() {
    TunnelStatus up = tunnel(new TunnelState.Up("userspace", "c0")).status().orElseThrow();
    TunnelStatus moved =
        new TunnelStatus(
            up.parameters(),
            up.state(),
            up.counters(),
            Optional.empty(),
            OtherEnd.AWAITED,
            up.mtu(),
            Optional.empty(),
            up.silence());

    assertThat(Json.write(Tunnels.row(new BrokeredTunnel(lease(), Optional.of(moved)), NOW)))
        .contains("\"idle\": null", "\"last seen\": \"2025-03-07T00:00:00Z\"");
  }

  @Test
  void tunnelThatIsUpTellsWhatCarriesIt() {
    assertThat(Tunnels.row(tunnel(new TunnelState.Up("userspace", "culvert0")), NOW))
        .containsEntry("state", "up")
        .containsEntry("datapath", "userspace")
        .containsEntry("device", "culvert0");
  }

  @Test
  void tunnelThatWasNotSeenToWorkIsNotPlainlyUp() {
    BrokeredTunnel up = tunnel(new TunnelState.Up("userspace", "culvert0"));

    assertThat(Tunnels.row(with(up, OtherEnd.AWAITED), NOW))
        .containsEntry("state", "up, nothing received yet");
    assertThat(Tunnels.row(with(up, OtherEnd.SILENT), NOW)).containsEntry("state", "up, silent");
    assertThat(Tunnels.row(with(tunnel(new TunnelState.Failed("no")), OtherEnd.AWAITED), NOW))
        .containsEntry("state", "failed");
  }

  private static BrokeredTunnel with(BrokeredTunnel tunnel, OtherEnd otherEnd) {
    TunnelStatus s = tunnel.status().orElseThrow();
    return new BrokeredTunnel(
        tunnel.lease(),
        Optional.of(
            new TunnelStatus(s.parameters(), s.state(), s.counters(), s.silence(), otherEnd)));
  }

  @Test
  void bracketsIpv6BeforeAPort() {
    assertThat(Tunnels.text(new InetSocketAddress(IpAddresses.parse("2001:db8::1"), 3653)))
        .isEqualTo("[2001:db8::1]:3653");
    assertThat(Tunnels.text(new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 0)))
        .isEqualTo("192.0.2.1");
  }

  @Test
  void durationsHaveTwoUnits() {
    assertThat(Text.of(Duration.ofSeconds(7))).isEqualTo("7s");
    assertThat(Text.of(Duration.ofSeconds(125))).isEqualTo("2m5s");
    assertThat(Text.of(Duration.ofHours(100))).isEqualTo("4d4h");
    assertThat(Text.of(Duration.ofSeconds(-3))).isEqualTo("0s");
  }

  @Test
  void useOfAPoolIsAPartOfItsCapacity() {
    IpPrefix pool = IpPrefix.parse("2001:db8::/64");

    assertThat(PoolsCommand.row(new PoolUse(pool, "prefix", 3, BigInteger.valueOf(12))))
        .containsEntry("percent", 25.0);
    assertThat(PoolsCommand.row(new PoolUse(pool, "prefix", 0, BigInteger.ZERO)))
        .containsEntry("percent", 0.0);
  }

  static BrokeredTunnel tunnel(TunnelState state) {
    TunnelParameters parameters =
        new TunnelParameters(
            "660d2462aabbccdd",
            TunnelParameters.Side.SERVER,
            TunnelType.V6UDPV4,
            lease().outer(),
            lease().serverAddress(),
            lease().clientAddress(),
            List.of(),
            List.of(),
            1280,
            Optional.empty());
    TunnelCounters counters = new TunnelCounters(7, 700, 0, 0, Map.of(DropReason.INNER_SOURCE, 2L));
    return new BrokeredTunnel(
        lease(),
        Optional.of(
            new TunnelStatus(parameters, state, counters, Optional.of(Duration.ofDays(300)))));
  }

  private static Lease lease() {
    return new Lease(
        "660d2462aabbccdd",
        "alice-with-a-rather-long-name",
        false,
        Lease.State.ACTIVE,
        TunnelType.V6UDPV4,
        new OuterEndpoints(
            new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 3653),
            new InetSocketAddress(IpAddresses.parse("255.255.255.255"), 65535)),
        IpAddresses.parse("10.9.0.2"),
        IpAddresses.parse("2001:db8::1"),
        IpAddresses.parse(LONGEST),
        Optional.of(IpPrefix.parse("2001:db8:1234:5600::/56")),
        Optional.of(Duration.ofSeconds(30)),
        NOW,
        NOW.plus(Duration.ofMinutes(90)),
        1);
  }
}
