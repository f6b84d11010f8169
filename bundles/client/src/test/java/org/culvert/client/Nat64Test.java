package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.client.ClientFixture.address;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A client on a network without IPv4, and brokers that have nothing else. */
class Nat64Test {
  private static final InetSocketAddress LOCAL = address("2001:db8:c::2", 40000);
  private static final String KNOWN = "ipv4only.arpa";

  @TempDir Path directory;

  @Test
  void goesThroughTheNat64ThatTheNameServersTell() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.names.put(KNOWN, List.of("192.0.0.170", "192.0.0.171", "2001:db8:64::c000:ab"));
    f.startConnected();

    ScriptedSignaling.Asked asked = f.signaling.asked().get(0);
    assertThat(f.asked()).containsExactly("UDP 2.0.2 2001:db8:64::c000:201");
    assertThat(asked.request().type()).isEqualTo(TunnelType.V6UDPV4);
    assertThat(asked.request().clientAddresses()).containsExactly(IpAddresses.parse("192.0.0.2"));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.endpoint.desired().get(0).outer())
        .isEqualTo(new OuterEndpoints(LOCAL, address("2001:db8:64::c000:201", 3653)));
  }

  @Test
  void goesThroughTheNat64ThatARouterAdvertises() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.advertised.add("2001:db8:64::/96");
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 2001:db8:64::c000:201");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void prefersWhatARouterAdvertisesToWhatNameServersTell() {
    ClientFixture f = withoutIpv4("tb.example");
    f.advertised.add("2001:db8:64::/96");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.names.put("tb.example", List.of("64:ff9b::c000:201", "192.0.2.1"));
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 2001:db8:64::c000:201");
  }

  @Test
  void triesEachNat64ThatRoutersAdvertise() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.advertised.addAll(List.of("2001:db8:64::/96", "2001:db8:46::/96"));
    f.refuseToAnswer();
    f.configs.with("transports", "udp");
    f.start();

    assertThat(f.asked())
        .containsExactly("UDP 2.0.2 2001:db8:64::c000:201", "UDP 2.0.2 2001:db8:46::c000:201");
  }

  @Test
  void asksNameServersWhereRoutersCannotBeAsked() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.routersFail = Optional.of(new IOException("no rights"));
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 64:ff9b::c000:201");
  }

  @Test
  void findsTheNat64InTheBrokersOwnName() {
    ClientFixture f = withoutIpv4("tb.example");
    f.names.put("tb.example", List.of("192.0.2.1", "64:ff9b::c000:201"));
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 64:ff9b::c000:201");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void takesForABrokersIpv4WhatStandsForItOnly() {
    ClientFixture f = withoutIpv4("tb.example");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.names.put("tb.example", List.of("64:ff9b::c000:201", "2001:db8::1"));
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 64:ff9b::c000:201");
  }

  @Test
  void prefersIpv4WhereARouteLeadsThere() {
    ClientFixture f = new ClientFixture(directory, "tb.example");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.names.put("tb.example", List.of("64:ff9b::c000:201", "192.0.2.1"));
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 192.0.2.1");
    assertThat(f.askedTypes()).containsExactly(TunnelType.V6ANYV4);
  }

  @Test
  void usesTheOperatorsPrefixWithoutAskingAnybody() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.advertised.add("64:ff9b::/96");
    f.configs.with("nat64Prefix", "2001:db8:122:344::/64");
    f.startConnected();

    assertThat(f.asked()).containsExactly("UDP 2.0.2 2001:db8:122:344:c0:2:100:0");
  }

  @Test
  void saysWhyThereIsNoWay() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.names.put(KNOWN, List.of("192.0.0.170", "192.0.0.171"));
    f.start();

    assertThat(f.asked()).isEmpty();
    assertThat(f.lastError())
        .contains("192.0.2.1:3653: this host has no route to IPv4")
        .contains("no NAT64 was found")
        .contains("no router advertises one")
        .contains(KNOWN)
        .contains("nat64Prefix");
  }

  @Test
  void saysWhyRoutersWereNotAsked() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.routersFail = Optional.of(new IOException("a raw socket needs CAP_NET_RAW"));
    f.start();

    assertThat(f.lastError())
        .contains("routers cannot be asked: a raw socket needs CAP_NET_RAW")
        .contains(KNOWN);
  }

  @Test
  void usesNoneIfTheOperatorWantsNone() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.advertised.add("64:ff9b::/96");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.configs.with("nat64Prefix", "none");
    f.start();

    assertThat(f.asked()).isEmpty();
    assertThat(f.lastError()).contains("no route to IPv4").contains("nat64Prefix = none");
  }

  @Test
  void saysThatProtocol41DoesNotPass() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.configs.with("tunnelType", "v6v4");
    f.start();

    assertThat(f.asked()).isEmpty();
    assertThat(f.lastError()).contains("protocol 41").contains("tunnelType = v6anyv4");
  }

  @ParameterizedTest
  @ValueSource(strings = {"tcp", "tls"})
  void saysThatATunnelNeedsUdp(String transport) {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.configs.with("transports", transport);
    f.start();

    assertThat(f.asked()).isEmpty();
    assertThat(f.lastError()).contains("needs a session over UDP").contains("transports = auto");
  }

  @Test
  void refusesWhatABrokerOffersThatDoesNotPass() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.signaling.answer((target, asked) -> f.offering(asked, SampleOffers.ipv6(TunnelType.V6V4)));
    f.start();

    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains("v6v4 was offered through a NAT64");
  }

  @Test
  void movesBetweenIpv4AndNat64() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.startConnected();

    leaveIpv4(f);
    f.pass(ReconnectingTunnelClient.POLL);
    assertThat(f.endpoint.desired().get(0).outer().local()).isEqualTo(LOCAL);

    f.ipv4 = true;
    f.localAddresses = Set.of(ClientFixture.LOCAL.getAddress());
    f.signaling.comeFrom(ClientFixture.LOCAL);
    f.pass(ReconnectingTunnelClient.POLL);
    assertThat(f.asked())
        .containsExactly(
            "UDP 2.0.2 192.0.2.1", "UDP 2.0.2 64:ff9b::c000:201", "UDP 2.0.2 192.0.2.1");
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void asksAgainWhenAnotherNetworkComes() {
    ClientFixture f = withoutIpv4("192.0.2.1");
    f.configs.with("retryMin", 10).with("retryMax", 86_400);
    f.start();
    f.pass(Duration.ofHours(1));

    f.grant();
    f.names.put(KNOWN, List.of("64:ff9b::c000:aa"));
    f.localAddresses = Set.of(IpAddresses.parse("2001:db8:d::2"));
    f.pass(ReconnectingTunnelClient.POLL);
    f.pass(Duration.ofSeconds(20));

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"64:ff9b::/64x", "64:ff9b::/97", "yes", "10.0.0.0/32", ""})
  void refusesWhatIsNoPrefix(String value) {
    assertThatThrownBy(() -> Configs.forServers("a").with("nat64Prefix", value).settings())
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("nat64Prefix")
        .hasMessageContaining("64:ff9b::/96");
  }

  private ClientFixture withoutIpv4(String server) {
    ClientFixture f = new ClientFixture(directory, server);
    leaveIpv4(f);
    return f;
  }

  private static void leaveIpv4(ClientFixture f) {
    f.ipv4 = false;
    f.localAddresses = Set.of(LOCAL.getAddress());
    f.signaling.comeFrom(LOCAL);
  }
}
