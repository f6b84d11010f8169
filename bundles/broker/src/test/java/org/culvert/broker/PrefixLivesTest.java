package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.tcp;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Promise;

/**
 * Prefixes under all policies at once and random creates of any length, accepts, rejects, deletes,
 * waits and power cuts: nothing has two holders, nothing is held that nobody has, nothing reserved
 * goes to anybody else, and what somebody had rests before another gets it.
 */
class PrefixLivesTest {
  private static final int USERS = 8;
  private static final Duration QUARANTINE = Duration.ofMinutes(10);

  private enum Deed {
    /** An offer that is accepted at once. */
    TAKE,
    OFFER,
    ACCEPT,
    REJECT,
    DELETE,
    OPERATOR_DELETES,
    WAIT,
    POWER_CUT
  }

  /**
   * One thing that happens.
   *
   * @param who the user
   * @param length the prefix length asked for; 0: none named
   */
  record Step(Deed deed, int who, int length) {}

  @Provide
  Arbitrary<List<Step>> lives() {
    Arbitrary<Deed> deeds =
        Arbitraries.frequency(
            Tuple.of(8, Deed.TAKE),
            Tuple.of(3, Deed.OFFER),
            Tuple.of(2, Deed.ACCEPT),
            Tuple.of(1, Deed.REJECT),
            Tuple.of(1, Deed.DELETE),
            Tuple.of(1, Deed.OPERATOR_DELETES),
            Tuple.of(1, Deed.WAIT),
            Tuple.of(1, Deed.POWER_CUT));
    return Combinators.combine(
            deeds,
            Arbitraries.integers().between(0, USERS - 1).withoutEdgeCases(),
            Arbitraries.of(0, 44, 50, 50, 52, 52, 64))
        .as(Step::new)
        .list()
        .ofMinSize(40)
        .ofMaxSize(250);
  }

  @Property(tries = 30)
  @Promise("P1")
  void prefixesHaveOneHolderAndRestBetweenTwo(@ForAll("lives") List<Step> lives) {
    Rig rig = rig();
    List<PoolUse> untouched = rig.broker.pools();
    Map<Integer, TunnelOffer> offers = new HashMap<>();
    List<Held> last = new ArrayList<>();
    for (Step step : lives) {
      take(rig, step, offers);
      check(rig, last);
    }
    rig.advance(Duration.ofMinutes(2));
    for (int i = 0; i < 3; i++) {
      rig.broker.tunnels().forEach(tunnel -> get(rig.broker.delete(tunnel.lease().id())));
    }
    rig.advance(QUARANTINE.plusMinutes(1));
    assertThat(rig.store.leases()).isEmpty();
    assertThat(rig.broker.pools()).as("everything has come back").isEqualTo(untouched);
  }

  private static Rig rig() {
    return new Rig(
            Configs.of(
                "endpointPool",
                "2001:db8:0:1::/64",
                "anonymousPool",
                "2001:db8:0:2::/64",
                "delegationPools",
                new String[] {"2001:db8:8000::/50"},
                "minPrefixLength",
                50,
                "quarantine",
                (int) QUARANTINE.toMinutes()),
            Configs.pool(
                "grow",
                "prefix",
                "2001:db8:9000::/46",
                "onRerequest",
                "grow",
                "onOtherLength",
                "atMost",
                "groups",
                words("odd"),
                "order",
                -1,
                "defaultLength",
                56),
            Configs.pool(
                "renumber",
                "prefix",
                "2001:db8:a000::/48",
                "onRerequest",
                "renumber",
                "groups",
                words("even"),
                "order",
                -1,
                "onOtherLength",
                "exact",
                "shortestLength",
                50,
                "longestLength",
                52,
                "reservations",
                words("user0 2001:db8:a000::/52, user1 2001:db8:a000:8000::/50")),
            Configs.pool("all", "prefix", "2001:db8:b000::/52", "anonymous", true))
        .accounts(
            user -> {
              String group = (user.charAt(user.length() - 1) - '0') % 2 == 0 ? "even" : "odd";
              return Optional.of(
                  new Account(user, true, null, null, List.of(), AccountPolicy.ANY, Set.of(group)));
            });
  }

  private static String[] words(String text) {
    return new String[] {text};
  }

  private static Identity identity(int who) {
    return who == USERS - 1 ? Identity.anonymous("x") : Identity.of("user" + who);
  }

  private static void take(Rig rig, Step step, Map<Integer, TunnelOffer> offers) {
    Identity who = identity(step.who);
    String address = "198.51.100." + (10 + step.who);
    switch (step.deed) {
      case OFFER, TAKE -> {
        RouterRequest wish =
            new RouterRequest(
                step.length == 0 ? OptionalInt.empty() : OptionalInt.of(step.length),
                Optional.empty(),
                OptionalLong.empty(),
                List.of());
        CompletableFuture<TunnelOffer> offer =
            rig.broker
                .offer(who, Rig.router(TunnelType.V6V4, address, wish), tcp(address))
                .toCompletableFuture();
        if (!offer.isCompletedExceptionally()) {
          TunnelOffer granted = offer.join();
          offers.put(step.who, granted);
          int length = granted.router().orElseThrow().prefix().length();
          assertThat(length).isGreaterThanOrEqualTo(step.length);
          if (step.deed == Deed.TAKE) {
            rig.broker.accept(who, granted.id());
          }
        }
      }
      case ACCEPT -> optional(offers, step).ifPresent(offer -> rig.broker.accept(who, offer.id()));
      case REJECT -> optional(offers, step).ifPresent(offer -> rig.broker.reject(who, offer.id()));
      case DELETE -> rig.broker.delete(who, tcp(address));
      case OPERATOR_DELETES ->
          rig.broker.tunnels().stream()
              .filter(tunnel -> tunnel.lease().owner().equals(who.user()))
              .forEach(tunnel -> rig.broker.delete(tunnel.lease().id()));
      case WAIT -> rig.advance(Duration.ofSeconds(step.length == 0 ? 700 : step.length));
      case POWER_CUT -> rig.powerCut();
    }
  }

  private static Optional<TunnelOffer> optional(Map<Integer, TunnelOffer> offers, Step step) {
    return Optional.ofNullable(offers.remove(step.who));
  }

  /** Who used a prefix, and when that was last seen. */
  private record Held(String owner, IpPrefix prefix, java.time.Instant at) {}

  private static void check(Rig rig, List<Held> last) {
    assertThat(get(rig.broker.verify())).isEmpty();
    for (Lease lease : rig.store.leases()) {
      if (lease.state() == Lease.State.ACTIVE && lease.prefix().isPresent()) {
        IpPrefix prefix = lease.prefix().get();
        last.removeIf(held -> held.at.isBefore(rig.clock.instant().minus(QUARANTINE)));
        assertThat(last)
            .as("%s of %s has rested", prefix, lease.owner())
            .noneMatch(held -> !held.owner.equals(lease.owner()) && held.prefix.overlaps(prefix));
        last.removeIf(held -> held.owner.equals(lease.owner()) && held.prefix.equals(prefix));
        last.add(new Held(lease.owner(), prefix, rig.clock.instant()));
      }
    }
  }
}
