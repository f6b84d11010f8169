package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;

/**
 * Under random creates, accepts, rejects, deletes, waits and power cuts no name and no autonomous
 * system ever has two users, and whatever nobody holds can be had.
 */
class AgreedLivesTest {
  private static final int USERS = 5;
  private static final int NAMES = 3;
  private static final long FIRST_AS = 64_512;

  /** What may happen. */
  private enum Deed {
    NAME,
    NAME_AND_BGP,
    BGP,
    ACCEPT,
    REJECT,
    DELETE,
    OPERATOR_DELETES,
    WAIT_A_MINUTE,
    WAIT_A_WEEK,
    POWER_CUT
  }

  /** One thing that happens to a user; the number decides which name and which number. */
  record Step(Deed deed, int who, int number) {}

  @Provide
  Arbitrary<List<Step>> lives() {
    return Combinators.combine(
            Arbitraries.of(Deed.class),
            Arbitraries.integers().between(0, USERS - 1),
            Arbitraries.integers().between(0, NAMES - 1))
        .as(Step::new)
        .list()
        .ofMinSize(20)
        .ofMaxSize(200);
  }

  @Property(tries = 40)
  void nothingHasTwoUsersAndNothingIsLost(@ForAll("lives") List<Step> lives) {
    Rig rig =
        new Rig(
            "asNumber",
            64_500L,
            "clientAs",
            new String[] {"64512-64514"},
            "reservation",
            10,
            "quarantine",
            1);
    rig.registrars(new FakeRegistrar("tb.example"));
    rig.routings(FakeRouting.speaking(RoutingProtocol.STATIC, RoutingProtocol.BGP));
    Map<Integer, TunnelOffer> offers = new HashMap<>();

    for (Step step : lives) {
      happen(rig, step, offers);
      assertThat(usersOf(rig)).allSatisfy((held, users) -> assertThat(users).hasSize(1));
    }

    for (int i = 0; i < 4; i++) {
      pass(rig, Duration.ofDays(30));
    }
    assertThat(rig.store.leases()).isEmpty();
    for (int i = 0; i < NAMES; i++) {
      assertThat(ask(rig, new Step(Deed.NAME_AND_BGP, i, i)))
          .as("name and number %d are free again", i)
          .isCompleted();
    }
  }

  private static void happen(Rig rig, Step step, Map<Integer, TunnelOffer> offers) {
    Identity user = user(step.who());
    switch (step.deed()) {
      case NAME, NAME_AND_BGP, BGP ->
          ask(rig, step).thenAccept(offer -> offers.put(step.who(), offer));
      case ACCEPT -> offer(offers, step).ifPresent(id -> rig.broker.accept(user, id));
      case REJECT -> offer(offers, step).ifPresent(id -> rig.broker.reject(user, id));
      case DELETE -> rig.broker.delete(user, Rig.tcp(address(step.who())));
      case OPERATOR_DELETES ->
          rig.broker.tunnels().stream()
              .filter(tunnel -> tunnel.lease().owner().equals(user.user()))
              .forEach(tunnel -> rig.broker.delete(tunnel.lease().id()));
      case WAIT_A_MINUTE -> pass(rig, Duration.ofSeconds(60));
      case WAIT_A_WEEK -> pass(rig, Duration.ofDays(7));
      case POWER_CUT -> rig.powerCut();
    }
  }

  /** Lets time pass in a leap, and then looks at the leases. */
  private static void pass(Rig rig, Duration time) {
    rig.clock.advance(time);
    rig.advance(Duration.ofSeconds(2));
  }

  private static CompletionStage<TunnelOffer> ask(Rig rig, Step step) {
    Asking asking = Asking.by(rig, user(step.who()), address(step.who()));
    Asking named = step.deed() == Deed.BGP ? asking : asking.named("n" + step.number());
    boolean numbered = step.deed() == Deed.NAME_AND_BGP;
    return (step.deed() == Deed.NAME
            ? named
            : numbered ? named.bgp(FIRST_AS + step.number()) : named.speaking("bgp"))
        .answer();
  }

  private static Optional<String> offer(Map<Integer, TunnelOffer> offers, Step step) {
    return Optional.ofNullable(offers.get(step.who())).map(TunnelOffer::id);
  }

  private static Map<Object, List<String>> usersOf(Rig rig) {
    Map<Object, List<String>> users = new HashMap<>();
    for (Lease lease : rig.store.leases()) {
      List<Object> held = new ArrayList<>();
      lease.arrangements().name().ifPresent(held::add);
      lease
          .arrangements()
          .routing()
          .map(RoutingAgreement::clientAs)
          .ifPresent(as -> as.ifPresent(held::add));
      held.forEach(
          thing -> users.computeIfAbsent(thing, key -> new ArrayList<>()).add(lease.owner()));
    }
    return users;
  }

  private static Identity user(int who) {
    return Identity.of("user-" + who);
  }

  private static String address(int who) {
    return "198.51.100." + (10 + who);
  }
}
