package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TunnelPlanTest {
  private static final SignalingPath UDP = path(Transport.UDP, "10.9.0.2", "192.0.2.99");
  private static final SignalingPath TCP = path(Transport.TCP, "10.9.0.2", "192.0.2.99");
  private static final SignalingPath IPV6 = path(Transport.UDP, "2001:db8:f::2", "2001:db8:f::9");
  private final ClientSettings settings = Configs.forServers("a").settings();

  @Test
  @Demands({"R-2.1-5", "R-4.5.2-1", "R-4.6-3"})
  void udpTunnelUsesExactlyTheSessionsAddressesAndPorts() throws Exception {
    TunnelParameters plan = plan(settings, SampleOffers.ipv6(TunnelType.V6UDPV4), UDP);

    assertThat(plan.outer()).isEqualTo(new OuterEndpoints(UDP.local(), UDP.remote()));
    assertThat(plan.side()).isEqualTo(TunnelParameters.Side.CLIENT);
    assertThat(plan.localAddress()).isEqualTo(SampleOffers.CLIENT6);
    assertThat(plan.remoteAddress()).isEqualTo(SampleOffers.SERVER6);
    assertThat(plan.remotePrefixes()).containsExactly(IpPrefix.parse("::/0"));
    assertThat(plan.localPrefixes()).containsExactly(IpPrefix.host(SampleOffers.CLIENT6));
    assertThat(plan.keepAlive())
        .contains(new KeepAlive(Duration.ofSeconds(30), SampleOffers.SERVER6));
  }

  @Test
  @Demands("R-4.7.2-3")
  void protocol41RunsFromTheRealAddressToTheOfferedTunnelServer() throws Exception {
    TunnelParameters plan = plan(settings, SampleOffers.ipv6(TunnelType.V6V4), TCP);

    assertThat(plan.outer())
        .isEqualTo(
            OuterEndpoints.withoutPorts(
                IpAddresses.parse("10.9.0.2"), IpAddresses.parse("192.0.2.1")));
  }

  @Test
  void ipv4TunnelTurnsTheFamiliesRound() throws Exception {
    ClientSettings dstm = Configs.forServers("a").with("tunnelType", "v4v6").settings();

    TunnelParameters plan = plan(dstm, SampleOffers.ipv4(), IPV6);

    assertThat(plan.localAddress()).isEqualTo(IpAddresses.parse("192.0.0.2"));
    assertThat(plan.remotePrefixes()).containsExactly(IpPrefix.parse("0.0.0.0/0"));
    assertThat(plan.outer())
        .isEqualTo(
            OuterEndpoints.withoutPorts(
                IpAddresses.parse("2001:db8:f::2"), IpAddresses.parse("2001:db8:f::1")));
  }

  @ParameterizedTest
  @ValueSource(ints = {30, 29})
  void ipv4TunnelReachesTheSubnetThatBothEndsAreSaidToBeIn(int length) throws Exception {
    TunnelParameters plan = plan(split("v4v6"), SampleOffers.ipv4(length, "192.0.0.1"), IPV6);

    assertThat(plan.remotePrefixes()).containsExactly(IpPrefix.parse("192.0.0.0/" + length));
    assertThat(plan.localPrefixes()).containsExactly(IpPrefix.host(IpAddresses.parse("192.0.0.2")));
  }

  @Test
  void ipv4TunnelReachesNoMoreThanTheOtherEndIfNothingIsShared() throws Exception {
    TunnelParameters plan = plan(split("v4v6"), SampleOffers.ipv4(32, "192.0.0.1"), IPV6);

    assertThat(plan.remotePrefixes())
        .containsExactly(IpPrefix.host(IpAddresses.parse("192.0.0.1")));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 7, 33})
  void refusesASubnetThatIsNone(int length) {
    assertThatThrownBy(() -> plan(split("v4v6"), SampleOffers.ipv4(length, "192.0.0.1"), IPV6))
        .isInstanceOf(UnusableOfferException.class)
        .hasMessageContaining(length + " is no length");
  }

  @Test
  void pingsTheOtherEndIfTheBrokerEchoesTheStandInOfTheRequest() throws Exception {
    TunnelParameters plan = plan(split("v4v6"), SampleOffers.ipv4(30, "127.0.0.1"), IPV6);

    assertThat(plan.keepAlive().orElseThrow().address()).isEqualTo(IpAddresses.parse("192.0.0.1"));
  }

  @ParameterizedTest
  @CsvSource({"1280, 1480, 1280", "1472, 1400, 1400", "1472, 9000, 1472", "1472, 1000, 1280"})
  void hasTheSmallerMtuOfBothEndsButNeverLessThanIpv6Allows(int own, int offered, int expected)
      throws Exception {
    ClientSettings large = Configs.forServers("a").with("mtu", own).settings();
    TunnelOffer silent = SampleOffers.ipv6(TunnelType.V6V4);
    assertThat(plan(large, silent, TCP).mtu()).isEqualTo(own);

    TunnelOffer offer =
        new TunnelOffer(
            silent.id(),
            silent.type(),
            silent.lifetime(),
            silent.server(),
            silent.client(),
            silent.keepAlive(),
            silent.router(),
            silent.resolvers(),
            OptionalInt.of(offered));

    assertThat(plan(large, offer, TCP).mtu()).isEqualTo(expected);
  }

  @Test
  void neverRoutesTheOuterEndpointIntoTheTunnel() throws Exception {
    ClientSettings dstm = Configs.forServers("a").with("tunnelType", "v4v6").settings();

    for (TunnelParameters plan :
        List.of(
            plan(settings, SampleOffers.ipv6(TunnelType.V6V4), TCP),
            plan(settings, SampleOffers.ipv6(TunnelType.V6UDPV4), UDP),
            plan(dstm, SampleOffers.ipv4(30, "192.0.0.1"), IPV6))) {
      assertThat(plan.remotePrefixes())
          .noneMatch(prefix -> prefix.contains(plan.outer().remote().getAddress()));
    }
  }

  @Test
  @Demands({"R-4.1-2", "R-2-9", "D-2-5", "D-4.1-2", "D-4.7.2-1"})
  void sendsFromTheDelegatedPrefixToo() throws Exception {
    TunnelParameters plan =
        plan(settings, SampleOffers.withPrefix(TunnelType.V6V4, "2001:db8:1234::/48"), TCP);

    assertThat(plan.localPrefixes())
        .containsExactly(IpPrefix.host(SampleOffers.CLIENT6), IpPrefix.parse("2001:db8:1234::/48"));
  }

  @Test
  void alwaysReachesTheOtherEndWhateverTheRoutes() throws Exception {
    ClientSettings split =
        Configs.forServers("a")
            .with("defaultRoute", false)
            .with("routes", new String[] {"2001:db8:ffff::/48"})
            .settings();

    assertThat(plan(split, SampleOffers.ipv6(TunnelType.V6V4), TCP).remotePrefixes())
        .containsExactly(IpPrefix.parse("2001:db8:ffff::/48"), IpPrefix.host(SampleOffers.SERVER6));
  }

  @Test
  void pingsTheOtherEndIfTheBrokerEchoesTheEmptyAddress() throws Exception {
    TunnelOffer offer =
        offer("192.0.2.1", "2001:db8:100::1", "2001:db8:100::2", "::", TunnelType.V6V4);

    assertThat(plan(settings, offer, TCP).keepAlive().orElseThrow().address())
        .isEqualTo(SampleOffers.SERVER6);
  }

  @ParameterizedTest
  @ValueSource(strings = {"::", "::1", "fe80::1", "ff02::1", "2001:db8:100::1"})
  void refusesAnInnerAddressThatIsNone(String client) {
    assertUnusable(
        offer("192.0.2.1", "2001:db8:100::1", client, "2001:db8:100::1", TunnelType.V6V4), TCP);
  }

  @Test
  void refusesToPingALinkLocalAddress() {
    assertUnusable(
        offer("192.0.2.1", "2001:db8:100::1", "2001:db8:100::2", "fe80::1", TunnelType.V6V4), TCP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "224.0.0.1"})
  void refusesATunnelServerThatIsNone(String server) {
    assertUnusable(
        offer(server, "2001:db8:100::1", "2001:db8:100::2", "2001:db8:100::1", TunnelType.V6V4),
        TCP);
  }

  @ParameterizedTest
  @ValueSource(strings = {"::/0", "2000::/3", "fe80::/64", "ff00::/16", "10.0.0.0/8"})
  void refusesAPrefixThatNobodyDelegates(String prefix) {
    assertUnusable(SampleOffers.withPrefix(TunnelType.V6V4, prefix), TCP);
  }

  @Test
  void refusesWhatDoesNotFitTheSession() {
    assertUnusable(SampleOffers.ipv6(TunnelType.V6UDPV4), TCP);
    assertUnusable(SampleOffers.ipv4(), UDP);
    assertUnusable(
        SampleOffers.ipv6(TunnelType.V6V4), path(Transport.TCP, "2001:db8::2", "2001:db8::1"));
    assertUnusable(SampleOffers.ipv6(new TunnelType("v6gre")), UDP);
  }

  private static TunnelParameters plan(
      ClientSettings settings, TunnelOffer offer, SignalingPath path)
      throws UnusableOfferException {
    return TunnelPlan.of(settings, offer, path, Optional.empty());
  }

  private static ClientSettings split(String type) {
    return Configs.forServers("a").with("tunnelType", type).with("defaultRoute", false).settings();
  }

  private void assertUnusable(TunnelOffer offer, SignalingPath path) {
    assertThatThrownBy(() -> plan(settings, offer, path))
        .isInstanceOf(UnusableOfferException.class);
  }

  private static TunnelOffer offer(
      String server4, String server6, String client6, String pinged, TunnelType type) {
    return new TunnelOffer(
        "",
        type,
        Optional.empty(),
        new TunnelOffer.Party(
            IpAddresses.parse(server4), IpAddresses.parse(server6), Optional.empty()),
        new TunnelOffer.Party(
            IpAddresses.parse("10.9.0.2"), IpAddresses.parse(client6), Optional.empty()),
        Optional.of(new KeepAlive(Duration.ofSeconds(30), IpAddresses.parse(pinged))),
        Optional.empty(),
        List.of());
  }

  private static SignalingPath path(Transport transport, String local, String remote) {
    return new SignalingPath(
        transport,
        new InetSocketAddress(IpAddresses.parse(local), 4242),
        new InetSocketAddress(IpAddresses.parse(remote), 3653));
  }
}
