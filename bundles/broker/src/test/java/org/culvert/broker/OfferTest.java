package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.router;
import static org.culvert.broker.Rig.tcp;
import static org.culvert.broker.Rig.udp;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.log.Said;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

class OfferTest {
  private final Rig rig = new Rig();

  @Test
  @Demands({"R-2-6", "R-4.7.3-2", "R-4.7.2-6", "R-5.4-4"})
  void offersAllThatTheReplyMustSay() {
    TunnelOffer offer = rig.offerUdp(ALICE, HOME, 4000);

    assertThat(offer.type()).isEqualTo(TunnelType.V6UDPV4);
    assertThat(offer.lifetime()).contains(Duration.ofMinutes(1440));
    assertThat(offer.server().outer()).isEqualTo(IpAddresses.parse("192.0.2.1"));
    assertThat(offer.server().inner()).isEqualTo(IpAddresses.parse("2001:db8:0:1::1"));
    assertThat(offer.client().outer()).isEqualTo(IpAddresses.parse(BEHIND_NAT));
    assertThat(IpPrefix.parse("2001:db8:0:1::/64").contains(offer.client().inner())).isTrue();
    assertThat(offer.keepAlive())
        .contains(new KeepAlive(Duration.ofSeconds(25), IpAddresses.parse("2001:db8:0:1::1")));
    assertThat(offer.router()).isEmpty();
  }

  @Test
  void isOnTheDiskBeforeTheAnswer() {
    rig.store.hold();
    CompletionStage<TunnelOffer> offer =
        rig.broker.offer(ALICE, request(TunnelType.V6V4, HOME), tcp(HOME));
    assertThat(offer.toCompletableFuture()).isNotDone();

    rig.store.release();

    assertThat(rig.lease(ALICE).state()).isEqualTo(State.OFFERED);
    assertThat(get(offer).client().inner()).isEqualTo(rig.lease(ALICE).clientAddress());
    assertThat(rig.server.desired()).isEmpty();
  }

  @Test
  void laterCreateTakesThePlaceOfAnOfferThatWaits() {
    TunnelOffer first = rig.offerRouter(ALICE, HOME, 48);

    TunnelOffer second = rig.offerUdp(ALICE, ELSEWHERE, 7);

    assertThat(second.client().inner()).isEqualTo(first.client().inner());
    assertThat(refusal(rig.broker.accept(ALICE, first.id()))).isEqualTo(StatusCode.PROTOCOL_ERROR);
    rig.accepted(ALICE, second);
    assertThat(rig.lease(ALICE).prefix()).as("the first offer's").isEmpty();
    assertThat(rig.broker.pools())
        .extracting(pool -> pool.purpose() + " " + pool.used())
        .containsExactly("endpoint 1", "anonymous 0", "prefix 0");
  }

  @Test
  void badCreateLeavesTheOfferThatWaits() {
    TunnelOffer offer = rig.offerV6V4(ALICE, HOME);

    assertThat(routerRefusal(ALICE, 65)).isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);

    rig.accepted(ALICE, offer);
  }

  @Test
  @Demands("R-B-521")
  void refusesSecondOfferWhileTheDiskWorksOnTheFirst() {
    rig.store.hold();
    rig.broker.offer(ALICE, request(TunnelType.V6V4, HOME), tcp(HOME));
    CompletionStage<TunnelOffer> second =
        rig.broker.offer(ALICE, request(TunnelType.V6V4, HOME), tcp(HOME));
    CompletionStage<TunnelOffer> ofAnother =
        rig.broker.offer(BOB, request(TunnelType.V6V4, ELSEWHERE), tcp(ELSEWHERE));
    rig.store.release();

    assertThat(refusal(second)).isEqualTo(StatusCode.REQUEST_PENDING);
    assertThat(get(ofAnother)).isNotNull();
    assertThat(rig.offerV6V4(ALICE, HOME)).isNotNull();
  }

  @Test
  @Demands("R-4.6-8")
  void clampsTheKeepaliveAskedFor() {
    assertThat(keepAlive(ALICE, 1)).contains(Duration.ofSeconds(2));
    assertThat(keepAlive(BOB, 100_000)).contains(Duration.ofSeconds(300));
    assertThat(keepAlive(Identity.of("carol"), 60)).contains(Duration.ofSeconds(60));
    assertThat(keepAlive(Identity.of("dave"), 0)).isEmpty();
  }

  @Test
  @Demands({"R-3-2", "R-5.2-3"})
  void delegatesPrefixesOfTheLengthsAskedFor() {
    IpPrefix one = rig.offerRouter(ALICE, HOME, 48).router().orElseThrow().prefix();
    IpPrefix two = rig.offerRouter(BOB, ELSEWHERE, 64).router().orElseThrow().prefix();

    assertThat(one.length()).isEqualTo(48);
    assertThat(two.length()).isEqualTo(64);
    assertThat(one.overlaps(two)).isFalse();
    assertThat(IpPrefix.parse("2001:db8:8000::/40").contains(one)).isTrue();
  }

  @Test
  @Demands({"D-B-517", "D-B-518", "D-B-520"})
  void refusesRoutersWithTheirCodes() {
    Identity anonymous = Identity.anonymous("x");

    assertThat(routerRefusal(ALICE, 47)).isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);
    assertThat(routerRefusal(ALICE, 65)).isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);
    assertThat(routerRefusal(anonymous, 64)).isEqualTo(StatusCode.PREFIX_FOR_ANONYMOUS);
    assertThat(
            routerRefusal(
                ALICE,
                new RouterRequest(
                    OptionalInt.empty(), Optional.empty(), OptionalLong.empty(), List.of())))
        .isEqualTo(StatusCode.MISSING_PREFIX_LENGTH);
    assertThat(
            routerRefusal(
                ALICE,
                new RouterRequest(
                    OptionalInt.of(48), Optional.of("bgp"), OptionalLong.of(65001), List.of())))
        .isEqualTo(StatusCode.UNSUPPORTED_ROUTER_PROTOCOL);
    assertThat(rig.store.load()).isEmpty();
  }

  @Test
  void givesDefaultLengthWhereTheOperatorSetOne() {
    Rig lenient = new Rig("defaultPrefixLength", 56);
    RouterRequest unnamed =
        new RouterRequest(OptionalInt.empty(), Optional.empty(), OptionalLong.empty(), List.of());

    TunnelOffer offer =
        get(lenient.broker.offer(ALICE, router(TunnelType.V6V4, HOME, unnamed), tcp(HOME)));

    assertThat(offer.router().orElseThrow().prefix().length()).isEqualTo(56);
  }

  @Test
  @Demands("D-B-504")
  void refusesRouterWhereNoPrefixesAreHandedOut() {
    Rig bare = new Rig(Configs.of("endpointPool", "2001:db8::/64"));

    for (Identity identity : List.of(ALICE, Identity.anonymous("x"))) {
      assertThat(refusal(bare.broker.offer(identity, router(TunnelType.V6V4, HOME, 64), tcp(HOME))))
          .isEqualTo(StatusCode.ROUTER_NOT_SUPPORTED);
    }
  }

  @Test
  @Demands({"R-B-507", "D-B-507"})
  void refusesPrefixThatNoPoolCanHold() {
    Rig small = new Rig("delegationPools", new String[] {"2001:db8:8000::/63"});
    small.offerRouter(ALICE, HOME, 63);

    assertThat(
            refusal(
                small.broker.offer(BOB, router(TunnelType.V6V4, ELSEWHERE, 64), tcp(ELSEWHERE))))
        .isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(
            refusal(
                small.broker.offer(BOB, router(TunnelType.V6V4, ELSEWHERE, 48), tcp(ELSEWHERE))))
        .isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);
  }

  @Test
  @Demands({"R-B-507", "D-B-507"})
  void refusesAnotherLengthThanTheUserHasWhereThePolicySaysSo() {
    Rig keeping = new Rig("onRerequest", "keep");
    keeping.accepted(ALICE, keeping.offerRouter(ALICE, HOME, 56));

    assertThat(refusal(keeping.broker.offer(ALICE, router(TunnelType.V6V4, HOME, 48), tcp(HOME))))
        .isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(keeping.offerRouter(ALICE, HOME, 56).router()).isPresent();
  }

  @Test
  @Demands("R-B-310")
  void refusesWhenTheStoreFailsAndKeepsNothing() {
    rig.store.fail("disk full");
    assertThat(refusal(rig.broker.offer(ALICE, router(TunnelType.V6V4, HOME, 48), tcp(HOME))))
        .isEqualTo(StatusCode.SERVER_ERROR);

    rig.store.heal();

    assertThat(rig.broker.pools()).allMatch(pool -> pool.used() == 0);
    assertThat(rig.offerRouter(ALICE, HOME, 48)).isNotNull();
  }

  /** On a full disk small changes can be stored, and others cannot. */
  @Test
  void saysThatTheStoreWorksAgainOnlyWhenNothingIsInItsWay() {
    List<String> full =
        Said.during(
            () -> {
              rig.store.fail("disk full");
              refusal(rig.broker.offer(ALICE, router(TunnelType.V6V4, HOME, 48), tcp(HOME)));
              rig.store.hinder("the disk is full");
              rig.store.heal();
              rig.offerRouter(ALICE, HOME, 48);
              rig.advance(Duration.ofSeconds(2));
            });
    List<String> empty =
        Said.during(
            () -> {
              rig.store.unhinder();
              rig.advance(Duration.ofSeconds(2));
            });

    assertThat(full).anyMatch(line -> line.contains("The lease store fails"));
    assertThat(full).noneMatch(line -> line.contains("works again;"));
    assertThat(empty).anyMatch(line -> line.contains("The lease store works again; failures: 1"));
  }

  @Test
  void readsTheStoreAnewWhenSomebodyElseChangedIt() {
    rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME));
    get(
        rig.store.commit(
            List.of(
                new LeaseChange.Put(
                    Leases.ended(
                        rig.lease(ALICE),
                        Times.from(Configs.of("reservation", 1)),
                        rig.clock.instant())))));

    assertThat(refusal(rig.broker.delete(ALICE, tcp(HOME)))).isEqualTo(StatusCode.SERVER_ERROR);

    assertThat(rig.server.desired()).isEmpty();
    assertThat(rig.accepted(ALICE, rig.offerV6V4(ALICE, HOME))).isNotNull();
  }

  @Test
  void listsTypesThatItHasAddressesFor() {
    rig.server.types = Set.of(TunnelType.V6V4, TunnelType.V4V6);

    assertThat(rig.types(tcp(HOME))).containsExactly(TunnelType.V6V4);
    assertThat(rig.types(tcp("2001:db8:f::2"))).isEmpty();
  }

  @Test
  void failsWithNothingButStatusCodes() {
    rig.broker.close();

    assertThat(offerUdp(rig, ALICE, HOME, 1).toCompletableFuture())
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .havingCause()
        .isInstanceOf(TspException.class);
  }

  private static CompletionStage<TunnelOffer> offerUdp(
      Rig rig, Identity identity, String address, int port) {
    return rig.broker.offer(identity, request(TunnelType.V6UDPV4, BEHIND_NAT), udp(address, port));
  }

  private Optional<Duration> keepAlive(Identity identity, int seconds) {
    TunnelRequest request =
        new TunnelRequest(
            TunnelType.V6V4,
            List.of(
                IpAddresses.parse(
                    "198.51.100." + (10 + identity.user().length() * 7 + seconds % 5))),
            false,
            Optional.of(Duration.ofSeconds(seconds)),
            Optional.empty());
    String address = request.clientIpv4().orElseThrow().getHostAddress();
    return get(rig.broker.offer(identity, request, tcp(address)))
        .keepAlive()
        .map(KeepAlive::interval);
  }

  private StatusCode routerRefusal(Identity identity, int length) {
    return routerRefusal(identity, RouterRequest.prefix(length));
  }

  private StatusCode routerRefusal(Identity identity, RouterRequest router) {
    return refusal(rig.broker.offer(identity, router(TunnelType.V6V4, HOME, router), tcp(HOME)));
  }
}
