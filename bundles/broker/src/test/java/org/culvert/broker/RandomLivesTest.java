package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.request;
import static org.culvert.broker.Rig.router;
import static org.culvert.broker.Rig.tcp;
import static org.culvert.broker.Rig.udp;

import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.BeforeTry;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Promise;

/**
 * Promises P1 and P3 under random creates, accepts, rejects, deletes, silences, waits, slow and
 * failing disks and power cuts, in both families at once. No address ever has two holders; a user
 * with an account who has once accepted an address never gets another of the same family.
 */
class RandomLivesTest {
  private static final int ACCOUNTS = 12;
  private static final int ANONYMOUS = 4;
  private static final List<Integer> LENGTHS = List.of(30, 32);

  /** What may happen, and how often out of how many times. */
  private enum Deed {
    OFFER(8),
    WISH(1),
    ACCEPT(6),
    REJECT(1),
    DELETE(1),
    SILENCE(1),
    OPERATOR_DELETES(1),
    WAIT_SECONDS(1),
    WAIT_MINUTES(1),
    SLOW_DISK(1),
    FAST_DISK(1),
    DISK_FAILS(1),
    DISK_HEALS(2),
    POWER_CUT(1);

    private final int weight;

    Deed(int weight) {
      this.weight = weight;
    }
  }

  /**
   * One thing that happens.
   *
   * @param who the user
   * @param family of which tunnel
   * @param number decides whatever else there is to decide
   */
  record Step(Deed deed, int who, Family family, int number) {}

  private final Map<Slot, List<TunnelOffer>> offers = new HashMap<>();
  private final Map<Slot, InetAddress> addressOf = new HashMap<>();
  private final Map<Slot, IpPrefix> prefixOf = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private boolean slow;

  @BeforeTry
  void forget() {
    offers.clear();
    addressOf.clear();
    prefixOf.clear();
    violations.clear();
    slow = false;
  }

  @Provide
  Arbitrary<List<Step>> lives() {
    Arbitrary<Deed> deeds =
        Arbitraries.frequency(
            List.of(Deed.values()).stream().map(deed -> Tuple.of(deed.weight, deed)).toList());
    return Combinators.combine(
            deeds,
            Arbitraries.integers().between(0, ACCOUNTS + ANONYMOUS - 1),
            Arbitraries.of(Family.class),
            Arbitraries.integers().between(0, 999).withoutEdgeCases())
        .as(Step::new)
        .list()
        .ofMinSize(50)
        .ofMaxSize(500);
  }

  @Provide
  Arbitrary<Integer> ipv4Lengths() {
    return Arbitraries.of(LENGTHS);
  }

  @Property(tries = 25)
  @Promise({"P1", "P3"})
  void nothingHasTwoHoldersAndUsersKeepWhatTheyHave(
      @ForAll("lives") List<Step> lives, @ForAll("ipv4Lengths") int ipv4Length) {
    // Small pools, so that users compete; a long reservation, so that nothing is released.
    Rig rig =
        new Rig(
            "endpointPool",
            "2001:db8:0:1::/123",
            "anonymousPool",
            "2001:db8:0:2::/125",
            "ipv4Pool",
            ipv4Length == 30 ? "10.64.0.0/26" : "10.64.0.0/28",
            "anonymousIpv4Pool",
            "10.65.0.0/28",
            "ipv4Length",
            ipv4Length,
            "delegationPools",
            new String[] {"2001:db8:8000::/45"},
            "reservation",
            36_500,
            "maxAnonymousPerIpv4",
            100);
    rig.server.types = Set.of(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
    for (Step step : lives) {
      take(rig, step);
      check(rig);
    }
    rig.store.heal();
    rig.store.release();
    rig.powerCut();
    rig.server.types = Set.of(TunnelType.V6V4, TunnelType.V6UDPV4, TunnelType.V4V6);
    rig.advance(Duration.ofMinutes(2));
    for (int i = 0; i < ACCOUNTS; i++) {
      Identity account = identity(i);
      accept(rig, account, Family.IPV6, rig.offerUdp(account, "203.0.113." + (1 + i), 1));
      accept(rig, account, Family.IPV4, rig.offerV4V6(account, "2001:db8:e:" + i + "::2"));
    }
    assertThat(addressOf).as("whatever happened, all users get in").hasSize(2 * ACCOUNTS);
    check(rig);
  }

  private void take(Rig rig, Step step) {
    Identity identity = identity(step.who);
    Slot slot = new Slot(identity.user(), step.family);
    switch (step.deed) {
      case OFFER -> note(slot, step.family == Family.IPV6 ? ask6(rig, step) : ask4(rig, step));
      case WISH -> note(new Slot(identity.user(), Family.IPV4), wish(rig, step));
      case ACCEPT -> lastOffer(slot, offer -> accept(rig, identity, step.family, offer));
      case REJECT -> lastOffer(slot, offer -> rig.broker.reject(identity, offer.id()));
      case DELETE -> rig.broker.delete(identity, path(step));
      case SILENCE -> someLease(rig, step, lease -> rig.server.fallSilent(lease.id()));
      case OPERATOR_DELETES ->
          someLease(
              rig,
              step,
              lease -> {
                // Twice gives the reservation up, and nobody knows how often while the disk is
                // slow.
                if (lease.state() == State.ACTIVE && !slow) {
                  rig.broker.delete(lease.id());
                }
              });
      case WAIT_SECONDS -> rig.advance(Duration.ofSeconds(step.number % 120));
      case WAIT_MINUTES -> rig.advance(Duration.ofMinutes(step.number % 30));
      case SLOW_DISK -> {
        slow = true;
        rig.store.hold();
      }
      case FAST_DISK -> {
        slow = false;
        rig.store.release();
      }
      case DISK_FAILS -> rig.store.fail("disk full");
      case DISK_HEALS -> rig.store.heal();
      case POWER_CUT -> {
        slow = false;
        rig.store.heal();
        Set<TunnelType> types = rig.server.types;
        rig.powerCut();
        rig.server.types = types;
        offers.clear();
      }
    }
  }

  private static Identity identity(int who) {
    return who < ACCOUNTS
        ? Identity.of("user" + who)
        : Identity.anonymous(String.valueOf(who - ACCOUNTS));
  }

  private static SignalingPath path(Step step) {
    return tcp(step.family == Family.IPV6 ? ipv4(step) : ipv6(step));
  }

  private static String ipv4(Step step) {
    return "198.51.100." + (1 + step.number % 6);
  }

  private static String ipv6(Step step) {
    return "2001:db8:f:" + step.number % 6 + "::2";
  }

  private static CompletionStage<TunnelOffer> ask6(Rig rig, Step step) {
    Identity identity = identity(step.who);
    String source = ipv4(step);
    return switch (step.number % 3) {
      case 0 ->
          rig.broker.offer(
              identity,
              request(TunnelType.V6UDPV4, BEHIND_NAT),
              udp(source, 1 + step.number / 10 % 3));
      case 1 -> rig.broker.offer(identity, request(TunnelType.V6ANYV4, source), tcp(source));
      default ->
          rig.broker.offer(
              identity,
              router(TunnelType.V6V4, source, 48 + 8 * (step.number / 10 % 3)),
              tcp(source));
    };
  }

  private static CompletionStage<TunnelOffer> ask4(Rig rig, Step step) {
    return rig.askV4V6(identity(step.who), ipv6(step));
  }

  private static CompletionStage<TunnelOffer> wish(Rig rig, Step step) {
    return rig.askV4V6(
        identity(step.who), ipv6(step), "10." + (64 + step.number % 2) + ".0." + step.number % 70);
  }

  private void note(Slot slot, CompletionStage<TunnelOffer> offer) {
    offer.whenComplete(
        (granted, failure) -> {
          if (failure == null) {
            offers.computeIfAbsent(slot, key -> new ArrayList<>()).add(granted);
          }
        });
  }

  private void accept(Rig rig, Identity identity, Family family, TunnelOffer offer) {
    Slot slot = new Slot(identity.user(), family);
    rig.broker
        .accept(identity, offer.id())
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null && !identity.anonymous()) {
                InetAddress address = offer.client().inner();
                note(addressOf, slot, address);
                offer.router().ifPresent(router -> note(prefixOf, slot, router.prefix()));
              }
            });
  }

  /** Assertions in here would vanish in the stage, so violations are kept for {@link #check}. */
  private <T> void note(Map<Slot, T> known, Slot slot, T now) {
    T before = known.putIfAbsent(slot, now);
    if (before != null && !before.equals(now)) {
      violations.add(slot + " had " + before + " and got " + now);
    }
  }

  private void lastOffer(Slot slot, Consumer<TunnelOffer> then) {
    List<TunnelOffer> known = offers.getOrDefault(slot, List.of());
    if (!known.isEmpty()) {
      then.accept(known.get(known.size() - 1));
    }
  }

  private static void someLease(Rig rig, Step step, Consumer<Lease> then) {
    List<Lease> leases = rig.store.leases();
    if (!leases.isEmpty()) {
      then.accept(leases.get(step.number % leases.size()));
    }
  }

  private void check(Rig rig) {
    assertThat(violations).isEmpty();
    Set<InetAddress> addresses = new HashSet<>();
    Set<Slot> slots = new HashSet<>();
    List<IpPrefix> prefixes = new ArrayList<>();
    for (Lease lease : rig.store.leases()) {
      for (InetAddress address : Inner.of(lease).exclusive()) {
        assertThat(addresses.add(address)).as("one holder of an address").isTrue();
      }
      assertThat(slots.add(Slot.of(lease))).as("one lease for a slot").isTrue();
      lease
          .prefix()
          .ifPresent(
              prefix -> {
                assertThat(prefixes).noneMatch(prefix::overlaps);
                prefixes.add(prefix);
              });
      assertThat(Optional.ofNullable(addressOf.get(Slot.of(lease))))
          .isIn(Optional.empty(), Optional.of(lease.clientAddress()));
      IpPrefix kept = prefixOf.get(Slot.of(lease));
      assertThat(kept == null || lease.prefix().filter(kept::equals).isPresent()).isTrue();
    }
    Set<Object> standing = new HashSet<>();
    for (TunnelParameters tunnel : rig.server.desired()) {
      assertThat(standing.add(tunnel.remoteAddress())).isTrue();
      assertThat(standing.add(List.of(tunnel.type(), tunnel.outer())))
          .as("one tunnel for a pair of outer endpoints")
          .isTrue();
    }
  }
}
