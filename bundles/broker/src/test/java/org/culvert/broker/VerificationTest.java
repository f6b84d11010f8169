package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;

import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.culvert.api.broker.Identity;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.Test;

/** Each violation has a line that names what it is about. */
class VerificationTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:9000::/40");

  private final Rig rig = new Rig(Configs.withPools(), pool());

  private static AllocationPolicy pool(Object... keysAndValues) {
    Object[] all = new Object[keysAndValues.length + 2];
    all[0] = "prefix";
    all[1] = POOL.toString();
    System.arraycopy(keysAndValues, 0, all, 2, keysAndValues.length);
    return Configs.pool("home", all);
  }

  private List<String> verify() {
    return get(rig.broker.verify());
  }

  private void twoTunnels() {
    rig.accepted(ALICE, rig.offerRouter(ALICE, HOME, 48));
    rig.accepted(BOB, rig.offerV6V4(BOB, ELSEWHERE));
  }

  private static String name(Lease lease) {
    String id = lease.id().substring(0, Math.min(8, lease.id().length()));
    return "lease " + id + " of " + lease.owner();
  }

  @Test
  void findsNothingWhereAllIsAsItShouldBe() {
    twoTunnels();
    rig.offerRouter(BOB, ELSEWHERE, 64);

    assertThat(verify()).isEmpty();
    rig.powerCut();
    assertThat(verify()).isEmpty();
  }

  @Test
  void findsWhatTheStoreKnowsOtherwise() {
    twoTunnels();
    Lease alice = rig.lease(ALICE);
    Lease bob = rig.lease(BOB);
    Lease stranger = SampleLeases.active(1);
    get(
        rig.store.commit(
            List.of(
                new LeaseChange.Put(Leases.inState(alice, State.EXPIRED, alice.expires())),
                new LeaseChange.Remove(bob),
                new LeaseChange.Put(stranger))));

    assertThat(verify())
        .containsExactlyInAnyOrder(
            name(alice) + ": the store has revision 3 and the broker 2",
            name(bob) + ": it is not in the store",
            name(stranger) + ": it is in the store, but the broker does not know it");
  }

  @Test
  void saysThatTheStoreCannotBeRead() {
    twoTunnels();
    rig.store.fail("disk on fire");

    assertThat(verify()).containsExactly("lease store: disk on fire");
  }

  @Test
  void saysThatNothingCanBeStored() {
    twoTunnels();
    rig.store.hinder("the disk is full");

    assertThat(verify())
        .containsExactly(
            "lease store: the disk is full; tunnels stand meanwhile, and what should end is ended"
                + " when it works again");
  }

  @Test
  void findsTunnelsThatAreNotThereOrFailedOrShouldNotBe() {
    twoTunnels();
    var tunnels = rig.server.desired();
    rig.server.apply(List.of());
    assertThat(verify())
        .containsExactlyInAnyOrder(
            name(rig.lease(ALICE)) + noTunnel(rig.lease(ALICE)),
            name(rig.lease(BOB)) + noTunnel(rig.lease(BOB)));

    rig.server.apply(tunnels);
    rig.server.failure = Optional.of("no device");
    assertThat(verify()).hasSize(2).allMatch(line -> line.endsWith("its tunnel failed: no device"));

    rig.server.failure = Optional.empty();
    get(rig.broker.delete(rig.lease(BOB).id()));
    rig.server.apply(tunnels);
    assertThat(verify()).containsExactly(name(rig.lease(BOB)) + ": it is over but has a tunnel");
  }

  @Test
  void saysThatSoonNothingCanBeStored() {
    twoTunnels();
    rig.store.runShort("the disk has 0 KiB left");

    assertThat(verify()).containsExactly("lease store: the disk has 0 KiB left");
  }

  private static String noTunnel(Lease lease) {
    return ": it is accepted but has no tunnel; it gets one when its client asks again:"
        + " culvert:tunnel-delete "
        + lease.id().substring(0, 8)
        + " ends it now";
  }

  @Test
  void passesOnWhatTheTunnelServerFinds() {
    rig.server.verified = CompletableFuture.completedFuture(List.of("no route to 2001:db8::/48"));
    assertThat(verify()).containsExactly("no route to 2001:db8::/48");

    rig.server.verified = CompletableFuture.failedFuture(new IllegalStateException("gone"));
    assertThat(verify())
        .containsExactly("tunnel server did not verify: java.lang.IllegalStateException: gone");
  }

  @Test
  void findsWhatNoPolicyAllowsAnyMore() {
    twoTunnels();
    rig.accepted(BOB, rig.offerRouter(BOB, ELSEWHERE, 64));
    IpPrefix alices = rig.lease(ALICE).prefix().orElseThrow();
    IpPrefix bobs = rig.lease(BOB).prefix().orElseThrow();

    rig.restart(Configs.withPools("minPrefixLength", 52, "maxPrefixLength", 60));
    assertThat(verify())
        .containsExactlyInAnyOrder(
            name(rig.lease(ALICE))
                + ": "
                + alices
                + " is shorter than the /52 of pool "
                + "2001:db8:8000::/40; the user keeps it until asking for another length",
            name(rig.lease(BOB))
                + ": "
                + bobs
                + " is longer than the /60 of pool "
                + "2001:db8:8000::/40; the user keeps it until asking for another length");

    rig.restart(Configs.withPools("delegationPools", new String[] {}));
    assertThat(verify())
        .containsExactlyInAnyOrder(
            name(rig.lease(ALICE)) + ": " + alices + " lies in no pool" + remedy(ALICE),
            name(rig.lease(BOB)) + ": " + bobs + " lies in no pool" + remedy(BOB));

    rig.restart(Configs.withPools("endpointPool", "2001:db8:0:3::/64"));
    assertThat(verify())
        .containsExactlyInAnyOrder(outside(rig.lease(ALICE)), outside(rig.lease(BOB)));
  }

  @Test
  void saysHowAReservationComesToFitChangedPoolsAgain() {
    twoTunnels();
    get(rig.broker.delete(rig.lease(ALICE).id()));

    rig.restart(Configs.withPools("endpointPool", "2001:db8:0:3::/64"));

    assertThat(verify())
        .contains(
            outside(rig.lease(ALICE))
                .replace(
                    "it goes on until the user asks again and gets another",
                    "the user gets another when asking again")
                .replace(" ends it now", " gives it up now"));
  }

  private String outside(Lease lease) {
    String address = IpAddresses.text(lease.clientAddress());
    return name(lease) + ": its address " + address + " is in no pool for it" + remedy(lease);
  }

  private String remedy(Identity user) {
    return remedy(rig.lease(user));
  }

  private static String remedy(Lease lease) {
    return "; it goes on until the user asks again and gets another: culvert:tunnel-delete "
        + lease.id().substring(0, 8)
        + " ends it now; or put the pool back";
  }

  @Test
  void findsReservationThatSomebodyElseHas() {
    rig.restart(Configs.withPools("delegationPools", new String[] {}));
    rig.accepted(BOB, rig.offerRouter(BOB, ELSEWHERE, 56));
    IpPrefix bobs = rig.lease(BOB).prefix().orElseThrow();
    rig.pools =
        List.of(
            pool(
                "reservations", new String[] {"alice " + IpPrefix.containing(bobs.network(), 48)}));
    rig.restart(Configs.withPools("delegationPools", new String[] {}));

    assertThat(verify())
        .containsExactly(
            name(rig.lease(BOB))
                + ": "
                + bobs
                + " has what is reserved for alice"
                + remedy(BOB).replace("; or put the pool back", ""));
  }

  @Test
  void findsTwoWhoHaveTheSame() {
    Lease one = SampleLeases.active(1);
    Lease two = SampleLeases.next(one, State.EXPIRED);
    Lease inside =
        Leases.withPrefix(
            SampleLeases.active(2), one.prefix().map(p -> new IpPrefix(p.network(), 65)));

    Violations violations = new Violations(Configs.settings(Configs.withPools()));
    violations.among(List.of(one, inside));
    assertThat(violations.lines())
        .anyMatch(l -> l.matches("lease lease-\\d of user-\\d: .* overlaps .*"));

    Violations same = new Violations(Configs.settings(Configs.withPools()));
    same.among(List.of(one, two));
    assertThat(same.lines())
        .contains(name(one) + ": " + name(two) + " has the same address 2001:db8::1:1");
  }

  @Test
  void findsWhatIsHeldButNotLeasedAndTheOtherWayRound() {
    twoTunnels();
    Settings settings = Configs.settings(Configs.withPools(), pool());
    Lease alice = rig.lease(ALICE);
    IpPrefix prefix = alice.prefix().orElseThrow();
    Stock right = new Stock(settings, new byte[1]);
    Stock wrong = new Stock(settings, new byte[1]);
    right.hold(Inner.of(alice));
    right.prefixes().hold(prefix);
    IpPrefix lost = IpPrefix.parse("2001:db8:9000::/48");
    wrong.prefixes().hold(lost);

    assertThat(held(settings, List.of(alice), right)).isEmpty();
    assertThat(held(settings, List.of(), wrong))
        .containsExactly("something in " + POOL + ": held but not leased");
    assertThat(held(settings, List.of(alice), wrong))
        .containsExactlyInAnyOrder(
            "something in 2001:db8:8000::/40: leased but not held",
            "something in " + POOL + ": held but not leased",
            IpAddresses.text(alice.clientAddress()) + ": leased but not held");
    assertThat(held(settings, List.of(), right))
        .contains(IpAddresses.text(alice.clientAddress()) + ": held but not leased");
  }

  private static List<String> held(Settings settings, List<Lease> leases, Stock stock) {
    Set<IpPrefix> free = stock.prefixes().freeBlocks();
    Set<InetAddress> addresses = new HashSet<>(stock.heldAddresses());
    Violations violations = new Violations(settings);
    violations.held(new Violations.Book(leases, List.of(), free, addresses, Map.of()));
    return violations.lines();
  }
}
