package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.BEHIND_NAT;
import static org.culvert.broker.Rig.HOME;
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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Promises P1 and P3 under random creates, accepts, rejects, deletes, silences, waits, slow and
 * failing disks and power cuts. No address ever has two holders; a user with an account who has
 * once accepted an address never gets another.
 */
class RandomLivesTest {
  private static final int STEPS = 4_000;
  private static final int ACCOUNTS = 12;

  private final Map<Identity, List<TunnelOffer>> offers = new HashMap<>();
  private final Map<String, InetAddress> addressOf = new HashMap<>();
  private final Map<String, IpPrefix> prefixOf = new HashMap<>();
  private final List<String> violations = new ArrayList<>();
  private int anonymous;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void nothingHasTwoHoldersAndUsersKeepWhatTheyHave(long seed) {
    Random random = new Random(seed);
    // Small pools, so that users compete; a long reservation, so that nothing is released.
    Rig rig =
        new Rig(
            "endpointPool",
            "2001:db8:0:1::/123",
            "anonymousPool",
            "2001:db8:0:2::/125",
            "delegationPools",
            new String[] {"2001:db8:8000::/45"},
            "reservation",
            36_500,
            "maxAnonymousPerIpv4",
            100);
    for (int i = 0; i < STEPS; i++) {
      step(rig, random);
      check(rig);
    }
    rig.store.heal();
    rig.store.release();
    rig.powerCut();
    rig.advance(Duration.ofMinutes(2));
    assertThat(addressOf.size()).as("the run did something").isGreaterThan(ACCOUNTS / 2);
    for (int i = 0; i < ACCOUNTS; i++) {
      Identity account = Identity.of("user" + i);
      accept(rig, account, rig.offerUdp(account, "203.0.113." + (1 + i), 1));
    }
    assertThat(addressOf).as("whatever happened, all users get in").hasSize(ACCOUNTS);
    check(rig);
  }

  private void step(Rig rig, Random random) {
    Identity identity = identity(random);
    switch (random.nextInt(20)) {
      case 0, 1, 2, 3, 4, 5 -> offer(rig, random, identity);
      case 6, 7, 8, 9 -> lastOffer(identity, offer -> accept(rig, identity, offer));
      case 10 -> lastOffer(identity, offer -> rig.broker.reject(identity, offer.id()));
      case 11 -> rig.broker.delete(identity, tcp(HOME));
      case 12 -> someLease(rig, random, lease -> rig.server.fallSilent(lease.id()));
      case 13 ->
          someLease(
              rig,
              random,
              lease -> {
                if (lease.state() == State.ACTIVE) {
                  rig.broker.delete(lease.id());
                }
              });
      case 14 -> rig.advance(Duration.ofSeconds(random.nextInt(120)));
      case 15 -> rig.advance(Duration.ofMinutes(random.nextInt(30)));
      case 16 -> rig.store.hold();
      case 17 -> rig.store.release();
      case 18 -> {
        if (random.nextInt(4) == 0) {
          rig.store.fail("disk full");
        } else {
          rig.store.heal();
        }
      }
      default -> {
        if (random.nextInt(5) == 0) {
          rig.store.heal();
          rig.powerCut();
          offers.clear();
        }
      }
    }
  }

  private Identity identity(Random random) {
    return random.nextInt(4) == 0
        ? Identity.anonymous(String.valueOf(random.nextBoolean() ? anonymous : ++anonymous))
        : Identity.of("user" + random.nextInt(ACCOUNTS));
  }

  private void offer(Rig rig, Random random, Identity identity) {
    String source = "198.51.100." + (1 + random.nextInt(6));
    int port = 1 + random.nextInt(3);
    CompletionStage<TunnelOffer> offer =
        switch (random.nextInt(3)) {
          case 0 ->
              rig.broker.offer(
                  identity, request(TunnelType.V6UDPV4, BEHIND_NAT), udp(source, port));
          case 1 -> rig.broker.offer(identity, request(TunnelType.V6ANYV4, source), tcp(source));
          default ->
              rig.broker.offer(
                  identity,
                  router(TunnelType.V6V4, source, 48 + 8 * random.nextInt(3)),
                  tcp(source));
        };
    offer.whenComplete(
        (granted, failure) -> {
          if (failure == null) {
            offers.computeIfAbsent(identity, key -> new ArrayList<>()).add(granted);
          }
        });
  }

  private void accept(Rig rig, Identity identity, TunnelOffer offer) {
    rig.broker
        .accept(identity, offer.id())
        .whenComplete(
            (nothing, failure) -> {
              if (failure == null && !identity.anonymous()) {
                note(addressOf, identity, offer.client().ipv6());
                offer.router().ifPresent(router -> note(prefixOf, identity, router.prefix()));
              }
            });
  }

  /** Assertions in here would vanish in the stage, so violations are kept for {@link #check}. */
  private <T> void note(Map<String, T> known, Identity identity, T now) {
    T before = known.putIfAbsent(identity.user(), now);
    if (before != null && !before.equals(now)) {
      violations.add(identity + " had " + before + " and got " + now);
    }
  }

  private void lastOffer(Identity identity, Consumer<TunnelOffer> then) {
    List<TunnelOffer> known = offers.getOrDefault(identity, List.of());
    if (!known.isEmpty()) {
      then.accept(known.get(known.size() - 1));
    }
  }

  private static void someLease(Rig rig, Random random, Consumer<Lease> then) {
    List<Lease> leases = rig.store.leases();
    if (!leases.isEmpty()) {
      then.accept(leases.get(random.nextInt(leases.size())));
    }
  }

  private void check(Rig rig) {
    assertThat(violations).isEmpty();
    Set<InetAddress> addresses = new HashSet<>();
    Set<String> owners = new HashSet<>();
    List<IpPrefix> prefixes = new ArrayList<>();
    for (Lease lease : rig.store.leases()) {
      assertThat(addresses.add(lease.clientAddress())).as("one holder of an address").isTrue();
      assertThat(owners.add(lease.owner())).as("one lease for a user").isTrue();
      lease
          .prefix()
          .ifPresent(
              prefix -> {
                assertThat(prefixes).noneMatch(prefix::overlaps);
                prefixes.add(prefix);
              });
      InetAddress known = addressOf.get(lease.owner());
      assertThat(known).isIn(null, lease.clientAddress());
      IpPrefix kept = prefixOf.get(lease.owner());
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
