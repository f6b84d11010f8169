package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.router;
import static org.culvert.broker.Rig.tcp;

import java.math.BigInteger;
import java.net.InetAddress;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** IPv4 in IPv6 (RFC 5572 section 5.3), beside tunnels the other way round. */
class V4V6Test {
  private static final String HOME6 = "2001:db8:e::2";
  private static final String ELSEWHERE6 = "2001:db8:d::2";
  private static final Identity ANONYMOUS = Identity.anonymous("x");

  private final Rig rig = rig(32);

  @Test
  @Demands({"R-2-4", "R-5.3-2", "R-5.3-3"})
  void offersAllThatTheReplyMustSay() {
    TunnelOffer offer = rig.offerV4V6(ALICE, HOME6);

    assertThat(offer.type()).isEqualTo(TunnelType.V4V6);
    assertThat(offer.server().inner()).isEqualTo(ip("10.64.0.1"));
    assertThat(offer.server().outer()).isEqualTo(ip("2001:db8:f::1"));
    assertThat(offer.client().outer()).isEqualTo(ip(HOME6));
    assertThat(IpPrefix.parse("10.64.0.0/16").contains(offer.client().inner())).isTrue();
    assertThat(offer.client().innerLength()).hasValue(32);
    assertThat(offer.server().innerLength()).hasValue(32);
    assertThat(offer.mtu()).hasValue(1280);
    assertThat(offer.keepAlive()).isEmpty();
  }

  @Test
  void pingsTheServersInnerIpv4Address() {
    TunnelRequest request =
        new TunnelRequest(
            TunnelType.V4V6,
            List.of(ip(HOME6)),
            false,
            Optional.of(Duration.ofSeconds(30)),
            Optional.empty());

    assertThat(get(rig.broker.offer(ALICE, request, tcp(HOME6))).keepAlive())
        .contains(new KeepAlive(Duration.ofSeconds(30), ip("10.64.0.1")));
  }

  @Test
  void tellsTheTunnelServerTheClientsAddressAlone() {
    TunnelOffer offer = rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6));

    TunnelParameters tunnel = rig.server.desired().get(0);
    assertThat(tunnel.type()).isEqualTo(TunnelType.V4V6);
    assertThat(tunnel.localAddress()).isEqualTo(ip("10.64.0.1"));
    assertThat(tunnel.remoteAddress()).isEqualTo(offer.client().inner());
    assertThat(tunnel.remotePrefixes()).containsExactly(IpPrefix.host(offer.client().inner()));
    assertThat(tunnel.outer())
        .isEqualTo(OuterEndpoints.withoutPorts(ip("2001:db8:f::1"), ip(HOME6)));
  }

  @Test
  void givesEachClientALinkOfTwoHosts() {
    Rig links = rig(30);
    Set<IpPrefix> taken = new HashSet<>();

    for (int i = 0; i < 50; i++) {
      TunnelOffer offer = links.offerV4V6(Identity.of("user" + i), "2001:db8:e:" + i + "::2");

      IpPrefix link = IpPrefix.containing(offer.client().inner(), 30);
      assertThat(taken.add(link)).isTrue();
      assertThat(offer.server().inner().getAddress()[3] & 3).isEqualTo(1);
      assertThat(offer.client().inner().getAddress()[3] & 3).isEqualTo(2);
      assertThat(link.contains(offer.server().inner())).isTrue();
      assertThat(offer.client().innerLength()).hasValue(30);
      assertThat(offer.server().innerLength()).hasValue(30);
    }
  }

  @ParameterizedTest
  @CsvSource({"32, 4", "30, 1"})
  void givesOutAllOfASmallPoolAndThenRefuses(int length, int clients) {
    Rig small = rig(length, "ipv4Pool", "10.64.0.0/29");
    for (int i = 0; i < clients; i++) {
      small.accepted(
          Identity.of("user" + i),
          small.offerV4V6(Identity.of("user" + i), "2001:db8:e:" + i + "::2"));
    }

    assertThat(refusal(small.askV4V6(BOB, ELSEWHERE6)))
        .isEqualTo(StatusCode.ADDRESS_POOL_EXHAUSTED);
    assertThat(small.server.desired()).hasSize(clients);
    assertThat(small.broker.pools().get(3).used()).isEqualTo(clients);
    assertThat(small.broker.pools().get(3).capacity()).isEqualTo(BigInteger.valueOf(clients));
  }

  @Test
  void aUserMayHoldOneOfEachFamilyAtTheSameTime() {
    TunnelOffer six = rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    TunnelOffer four = rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6));

    assertThat(rig.server.desired()).hasSize(2);
    assertThat(get(rig.broker.info(ALICE, tcp(HOME))).client()).isEqualTo(six.client());
    assertThat(get(rig.broker.info(ALICE, tcp(HOME6))).client()).isEqualTo(four.client());

    get(rig.broker.delete(ALICE, tcp(ELSEWHERE6)));

    assertThat(refusal(rig.broker.info(ALICE, tcp(HOME6)))).isEqualTo(StatusCode.SERVER_ERROR);
    assertThat(get(rig.broker.info(ALICE, tcp(HOME))).client()).isEqualTo(six.client());
    assertThat(rig.lease(ALICE, Family.IPV4).state()).isEqualTo(State.EXPIRED);
    assertThat(rig.lease(ALICE, Family.IPV6).state()).isEqualTo(State.ACTIVE);
  }

  @Test
  void offersOfTheTwoFamiliesWaitBesideOneAnother() {
    TunnelOffer six = rig.offerV6V4(ALICE, HOME);
    TunnelOffer four = rig.offerV4V6(ALICE, HOME6);

    rig.accepted(ALICE, six);
    get(rig.broker.reject(ALICE, four.id()));

    assertThat(rig.server.desired()).hasSize(1);
    assertThat(rig.lease(ALICE, Family.IPV4).state()).isEqualTo(State.EXPIRED);
  }

  @Test
  void keepsTheAddressWhereverTheUserGoesAndAfterARestart() {
    InetAddress address = rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6)).client().inner();

    TunnelOffer moved = rig.accepted(ALICE, rig.offerV4V6(ALICE, ELSEWHERE6));
    assertThat(moved.client().inner()).isEqualTo(address);
    assertThat(rig.server.desired()).hasSize(1);
    rig.powerCut();

    assertThat(rig.server.desired().get(0).outer().remote().getAddress()).isEqualTo(ip(ELSEWHERE6));
    rig.server.types = Set.of(TunnelType.V4V6);
    assertThat(rig.offerV4V6(ALICE, HOME6).client().inner()).isEqualTo(address);
  }

  @Test
  void reservesTheAddressAndLetsItRestBeforeAnotherGetsIt() {
    Rig small = rig(30, "ipv4Pool", "10.64.0.0/29");
    small.accepted(ALICE, small.offerV4V6(ALICE, HOME6));
    get(small.broker.delete(ALICE, tcp(HOME6)));

    small.advance(Duration.ofDays(30).plusMinutes(9));
    assertThat(small.lease(ALICE, Family.IPV4).state()).isEqualTo(State.QUARANTINED);
    assertThat(refusal(small.askV4V6(BOB, HOME6))).isEqualTo(StatusCode.ADDRESS_POOL_EXHAUSTED);
    small.advance(Duration.ofMinutes(2));

    assertThat(small.offerV4V6(BOB, HOME6)).isNotNull();
  }

  @Test
  void anonymousUsersHaveAPoolOfTheirOwnAndTheSharedServersAddress() {
    TunnelOffer offer = rig.offerV4V6(ANONYMOUS, HOME6);

    assertThat(IpPrefix.parse("10.65.0.0/24").contains(offer.client().inner())).isTrue();
    assertThat(offer.server().inner()).isEqualTo(ip("10.64.0.1"));
    assertThat(offer.client().innerLength()).hasValue(32);
    assertThat(refusal(rig(32, "anonymousIpv4Pool", "").askV4V6(ANONYMOUS, HOME6)))
        .isEqualTo(StatusCode.ADDRESS_FOR_ANONYMOUS);
  }

  @Test
  void isNotOfferedWithoutAPool() {
    Rig bare = new Rig();
    bare.server.types = Set.of(TunnelType.V4V6, TunnelType.V6V4);

    assertThat(bare.types(tcp(HOME6))).isEmpty();
    assertThat(refusal(bare.askV4V6(ALICE, HOME6))).isEqualTo(StatusCode.UNSUPPORTED_TUNNEL_TYPE);
    assertThat(rig.types(tcp(HOME6))).containsExactly(TunnelType.V4V6);
    assertThat(rig.types(Rig.udp(HOME, 1)))
        .containsExactlyInAnyOrder(TunnelType.V6V4, TunnelType.V6UDPV4);
  }

  @Test
  @Demands("R-4.4.1-7")
  void isNotOfferedOverIpv4NorTheOthersOverIpv6() {
    assertThat(refusal(rig.broker.offer(ALICE, Rig.request(TunnelType.V4V6, HOME6), tcp(HOME))))
        .isEqualTo(StatusCode.UNSUPPORTED_TUNNEL_TYPE);
    assertThat(refusal(rig.broker.offer(ALICE, Rig.request(TunnelType.V6V4, HOME), tcp(HOME6))))
        .isEqualTo(StatusCode.UNSUPPORTED_TUNNEL_TYPE);
  }

  @Test
  void takesTheAddressThatTheRequestCameFromWhateverTheClientClaims() {
    TunnelOffer draft = get(rig.askV4V6(ALICE, HOME6, "fe80::1", ELSEWHERE6));
    TunnelOffer stale =
        get(rig.broker.offer(BOB, Rig.request(TunnelType.V4V6, HOME6), tcp(ELSEWHERE6)));

    assertThat(draft.client().outer()).isEqualTo(ip(HOME6));
    assertThat(stale.client().outer()).isEqualTo(ip(ELSEWHERE6));
    rig.accepted(BOB, stale);
    assertThat(rig.server.desired().get(0).outer().remote().getAddress()).isEqualTo(ip(ELSEWHERE6));
  }

  @Test
  void refusesAnAddressThatEndsAtTheLink() {
    assertThat(refusal(rig.askV4V6(ALICE, "fe80::1", HOME6)))
        .isEqualTo(StatusCode.INVALID_IPV6_ADDRESS);
  }

  @Test
  void refusesRouterSinceItHasNoIpv4PrefixesToGive() {
    assertThat(refusal(rig.broker.offer(ALICE, router(TunnelType.V4V6, HOME6, 48), tcp(HOME6))))
        .isEqualTo(StatusCode.ROUTER_NOT_SUPPORTED);
  }

  @Test
  void refusesToLeadTheTunnelToAnotherNode() {
    TunnelRequest proxy =
        new TunnelRequest(
            TunnelType.V4V6, List.of(ip(ELSEWHERE6)), true, Optional.empty(), Optional.empty());

    assertThat(
            refusal(
                rig(32, "proxyUsers", new String[] {"alice"})
                    .broker
                    .offer(ALICE, proxy, tcp(HOME6))))
        .isEqualTo(StatusCode.UNSUPPORTED_TUNNEL_TYPE);
  }

  @Test
  void refusesASecondTunnelToOneIpv6Address() {
    rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6));

    assertThat(refusal(rig.askV4V6(BOB, HOME6))).isEqualTo(StatusCode.ADDRESS_IN_USE);
  }

  @Test
  void countsTunnelsOfOneIpv6Site() {
    Rig limited = rig(32, "maxTunnelsPerIpv4", 1);
    limited.accepted(ALICE, limited.offerV4V6(ALICE, "2001:db8:e:0:1::"));

    assertThat(refusal(limited.askV4V6(BOB, "2001:db8:e:0:2::")))
        .isEqualTo(StatusCode.NO_MORE_TUNNELS);
    assertThat(limited.offerV4V6(BOB, "2001:db8:e:1:2::")).isNotNull();
  }

  @Test
  void givesTheAddressThatAClientWishesIfItCanBeHad() {
    TunnelOffer offer = get(rig.askV4V6(ALICE, HOME6, "10.64.7.7"));

    assertThat(offer.client().inner()).isEqualTo(ip("10.64.7.7"));
    rig.accepted(ALICE, offer);
    assertThat(get(rig.askV4V6(ALICE, ELSEWHERE6, "10.64.7.7")).client().inner())
        .as("her own")
        .isEqualTo(ip("10.64.7.7"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"10.64.0.1", "10.64.0.3", "10.65.0.9", "192.0.2.1", "127.0.0.1", "10.64.7.7"})
  @Demands("D-B-308")
  void refusesAWishThatIsNotToBeHad(String wish) {
    rig.accepted(BOB, get(rig.askV4V6(BOB, ELSEWHERE6, "10.64.7.7")));

    assertThat(refusal(rig.askV4V6(ALICE, HOME6, wish))).isEqualTo(StatusCode.ADDRESS_UNAVAILABLE);
    assertThat(rig.broker.pools().get(3).used()).isEqualTo(1);
  }

  @Test
  void refusesToChangeAnAddressOnDemand() {
    rig.accepted(ALICE, rig.offerV4V6(ALICE, HOME6));

    assertThat(refusal(rig.askV4V6(ALICE, HOME6, "10.64.7.7")))
        .isEqualTo(StatusCode.ADDRESS_UNAVAILABLE);
  }

  @Test
  void givesWishedLinksByTheClientsAddressOnly() {
    Rig links = rig(30);

    assertThat(refusal(links.askV4V6(ALICE, HOME6, "10.64.7.5")))
        .isEqualTo(StatusCode.ADDRESS_UNAVAILABLE);
    assertThat(links.broker.pools().get(3).used()).isZero();
    assertThat(get(links.askV4V6(ALICE, HOME6, "10.64.7.6")).server().inner())
        .isEqualTo(ip("10.64.7.5"));
  }

  @ParameterizedTest
  @CsvSource({"32, 30", "30, 32"})
  void renumbersUsersWhenTheLengthChangesWithoutTwoHolders(int before, int after) {
    Rig changed = rig(before, "ipv4Pool", "10.64.0.0/27");
    for (int i = 0; i < 3; i++) {
      Identity user = Identity.of("user" + i);
      changed.accepted(user, changed.offerV4V6(user, "2001:db8:e:" + i + "::2"));
    }

    changed.restart(config(after, "ipv4Pool", "10.64.0.0/27"));
    changed.server.types = Set.of(TunnelType.V4V6);
    assertThat(changed.server.desired()).as("until their users ask again").hasSize(3);
    assertThat(get(changed.broker.info(Identity.of("user0"), tcp(HOME6))).client().innerLength())
        .hasValue(before);
    int given = 0;
    for (int i = 0; i < 12; i++) {
      Identity user = Identity.of("user" + i % 6);
      var offer = changed.askV4V6(user, "2001:db8:e:" + i % 6 + "::2");
      if (!offer.toCompletableFuture().isCompletedExceptionally()) {
        assertThat(get(offer).client().innerLength()).hasValue(after);
        changed.accepted(user, get(offer));
        given++;
      }
    }

    assertThat(given).isGreaterThanOrEqualTo(3);
    Set<InetAddress> held = new HashSet<>();
    changed
        .store
        .leases()
        .forEach(
            lease ->
                Inner.of(lease)
                    .exclusive()
                    .forEach(address -> assertThat(held.add(address)).isTrue()));
  }

  private static InetAddress ip(String text) {
    return IpAddresses.parse(text);
  }

  private static Rig rig(int length, Object... more) {
    Rig rig = new Rig(config(length, more));
    rig.server.types = Set.of(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
    return rig;
  }

  private static Config config(int length, Object... more) {
    Object[] all = new Object[more.length + 6];
    all[0] = "ipv4Pool";
    all[1] = "10.64.0.0/16";
    all[2] = "anonymousIpv4Pool";
    all[3] = "10.65.0.0/24";
    all[4] = "ipv4Length";
    all[5] = length;
    System.arraycopy(more, 0, all, 6, more.length);
    return Configs.withPools(all);
  }
}
