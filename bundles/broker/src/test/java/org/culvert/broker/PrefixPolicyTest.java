package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.BOB;
import static org.culvert.broker.Rig.ELSEWHERE;
import static org.culvert.broker.Rig.HOME;
import static org.culvert.broker.Rig.get;
import static org.culvert.broker.Rig.refusal;
import static org.culvert.broker.Rig.router;
import static org.culvert.broker.Rig.tcp;
import static org.culvert.broker.Rig.udp;

import java.math.BigInteger;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.culvert.api.account.Account;
import org.culvert.api.account.AccountPolicy;
import org.culvert.api.account.CredentialStore;
import org.culvert.api.broker.Identity;
import org.culvert.api.broker.PoolUse;
import org.culvert.api.broker.PrefixReservation;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each policy grants and refuses, from a create to its answer. */
class PrefixPolicyTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:9000::/40");
  private static final RouterRequest UNNAMED =
      new RouterRequest(OptionalInt.empty(), Optional.empty(), OptionalLong.empty(), List.of());

  private static Rig rig(Object... keysAndValues) {
    return new Rig(endpoints(), pool("home", POOL, keysAndValues));
  }

  private static Config endpoints() {
    return Configs.of("endpointPool", "2001:db8:0:1::/64", "anonymousPool", "2001:db8:0:2::/64");
  }

  private static AllocationPolicy pool(String name, IpPrefix prefix, Object... keysAndValues) {
    Object[] all = new Object[keysAndValues.length + 2];
    all[0] = "prefix";
    all[1] = prefix.toString();
    System.arraycopy(keysAndValues, 0, all, 2, keysAndValues.length);
    return Configs.pool(name, all);
  }

  private static IpPrefix given(Rig rig, Identity who, String address, int length) {
    return rig.offerRouter(who, address, length).router().orElseThrow().prefix();
  }

  private static IpPrefix accepted(Rig rig, Identity who, String address, int length) {
    return rig.accepted(who, rig.offerRouter(who, address, length)).router().orElseThrow().prefix();
  }

  private static StatusCode refused(Rig rig, Identity who, int length) {
    String from = who.equals(BOB) ? ELSEWHERE : HOME;
    return refusal(rig.broker.offer(who, router(TunnelType.V6V4, from, length), tcp(from)));
  }

  @ParameterizedTest
  @CsvSource({
    "exact, 48, 507",
    "exact, 64, 507",
    "exact, 32, 518",
    "exact, 65, 518",
    "refuse, 48, 518",
    "refuse, 64, 518",
    "refuse, 32, 518",
    "atMost, 64, 518",
  })
  void refusesLengthThatThePolicyDoesNotHandOut(String onOther, int asked, int status) {
    Rig rig = rig("shortestLength", 52, "longestLength", 56, "onOtherLength", onOther);

    assertThat(refused(rig, ALICE, asked).number()).isEqualTo(status);
    assertThat(given(rig, ALICE, HOME, 56).length()).isEqualTo(56);
  }

  @Test
  void grantsTheNearestLengthThatIsNotMoreThanWasAskedFor() {
    Rig rig = rig("shortestLength", 52, "longestLength", 56, "onOtherLength", "atMost");

    assertThat(accepted(rig, ALICE, HOME, 32).length()).isEqualTo(52);
    assertThat(given(rig, ALICE, HOME, 48)).as("the same again").isEqualTo(prefix(rig, ALICE));
    assertThat(given(rig, BOB, ELSEWHERE, 54).length()).isEqualTo(54);
  }

  @Test
  void poolWithTheVeryLengthComesBeforeOneThatHasTheNearest() {
    Rig rig =
        new Rig(
            endpoints(),
            pool("first", POOL, "shortestLength", 56, "onOtherLength", "atMost", "order", 1),
            pool("second", IpPrefix.parse("2001:db8:a000::/40"), "order", 2));

    assertThat(given(rig, ALICE, HOME, 48)).hasToString("2001:db8:a000::/48");
    assertThat(given(rig, BOB, ELSEWHERE, 56)).hasToString("2001:db8:9000::/56");
  }

  @Test
  void namesAMissingLengthUnlessThePolicyHasADefault() {
    Rig without = rig();
    Rig with = rig("defaultLength", 56);

    assertThat(
            refusal(without.broker.offer(ALICE, router(TunnelType.V6V4, HOME, UNNAMED), tcp(HOME))))
        .isEqualTo(StatusCode.MISSING_PREFIX_LENGTH);
    assertThat(
            get(with.broker.offer(ALICE, router(TunnelType.V6V4, HOME, UNNAMED), tcp(HOME)))
                .router()
                .orElseThrow()
                .prefix()
                .length())
        .isEqualTo(56);
  }

  @Test
  void whoHasAPrefixAndNamesNoLengthKeepsIt() {
    Rig rig = rig();
    IpPrefix prefix = accepted(rig, ALICE, HOME, 60);

    assertThat(
            get(rig.broker.offer(ALICE, router(TunnelType.V6V4, HOME, UNNAMED), tcp(HOME)))
                .router()
                .orElseThrow()
                .prefix())
        .isEqualTo(prefix);
  }

  @Test
  void servesAnonymousUsersOnlyWhereThePolicySaysSo() {
    Identity anonymous = Identity.anonymous("x");

    assertThat(refused(rig(), anonymous, 64)).isEqualTo(StatusCode.PREFIX_FOR_ANONYMOUS);
    Rig rig = rig("anonymous", true);
    IpPrefix prefix = accepted(rig, anonymous, HOME, 64);

    rig.advance(Duration.ofMinutes(11));
    assertThat(rig.lease(anonymous).state()).isEqualTo(State.QUARANTINED);
    assertThat(rig.lease(anonymous).prefix()).as("it rests with its address").contains(prefix);
  }

  @Test
  void asksNoRegistryAboutAnonymousUsers() {
    Rig rig =
        rig("anonymous", true)
            .registries(
                owner -> {
                  throw new TspException(StatusCode.INVALID_NAME, "no nic-handle");
                });

    assertThat(refused(rig, ALICE, 64)).isEqualTo(StatusCode.INVALID_NAME);
    assertThat(accepted(rig, Identity.anonymous("x"), HOME, 64).length()).isEqualTo(64);
  }

  @Test
  void servesTypesThatThePolicyNames() {
    Rig rig = rig("types", new String[] {"v6udpv4"});

    assertThat(refused(rig, ALICE, 48)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(
            get(rig.broker.offer(
                    ALICE, router(TunnelType.V6UDPV4, Rig.BEHIND_NAT, 48), udp(HOME, 7)))
                .router())
        .isPresent();
  }

  @Test
  void servesGroupsThatThePolicyNames() {
    Rig rig =
        new Rig(
                endpoints(),
                pool("home", POOL, "groups", new String[] {"home, vip"}, "shortestLength", 56),
                pool("business", IpPrefix.parse("2001:db8:a000::/40"), "groups", words("business")))
            .accounts(groups("alice", "home"), groups("bob", "business"));

    assertThat(given(rig, ALICE, HOME, 56)).hasToString("2001:db8:9000::/56");
    assertThat(given(rig, BOB, ELSEWHERE, 48)).hasToString("2001:db8:a000::/48");
    assertThat(refused(rig, ALICE, 48)).isEqualTo(StatusCode.UNSUPPORTED_PREFIX_LENGTH);
    assertThat(refused(rig, Identity.of("carol"), 56)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
  }

  @Test
  void asksNobodyWhatAnonymousUsersAreGranted() {
    Rig rig =
        rig()
            .accounts(
                user -> {
                  throw new AssertionError("asked for " + user);
                });

    assertThat(rig.offerUdp(Identity.anonymous("1"), HOME, 1)).isNotNull();
  }

  @Test
  void tellsUsersToComeBackWhileAStoreOfAccountsFails() {
    Rig rig =
        rig("groups", words("home"))
            .accounts(
                user -> {
                  throw new IllegalStateException("directory is down");
                });

    assertThat(refused(rig, ALICE, 48)).isEqualTo(StatusCode.SERVER_BUSY);
    assertThat(refusal(rig.askUdp(ALICE, HOME, 1)))
        .as("groups and lifetime go with every tunnel")
        .isEqualTo(StatusCode.SERVER_BUSY);
    rig.accounts(groups("alice", "home"));
    assertThat(given(rig, ALICE, HOME, 48)).isNotNull();
  }

  @Test
  void growsWhileTheNeighboursAreFree() {
    Rig rig = rig("onRerequest", "grow");
    IpPrefix alice = accepted(rig, ALICE, HOME, 56);
    IpPrefix bob = accepted(rig, BOB, ELSEWHERE, 56);

    IpPrefix grown = accepted(rig, ALICE, HOME, 48);

    assertThat(grown.contains(alice)).isTrue();
    assertThat(grown.length()).isEqualTo(48);
    assertThat(prefix(rig, ALICE)).isEqualTo(grown);
    assertThat(rig.store.leases()).as("nothing rests").hasSize(2);
    assertThat(refused(rig, ALICE, 56)).as("no way back").isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(accepted(rig, BOB, ELSEWHERE, 48).contains(bob)).isTrue();
    assertConsistent(rig);
  }

  @Test
  void doesNotGrowIntoOthers() {
    Rig rig =
        new Rig(
            endpoints(), pool("home", IpPrefix.parse("2001:db8:9000::/48"), "onRerequest", "grow"));
    accepted(rig, ALICE, HOME, 56);
    accepted(rig, BOB, ELSEWHERE, 56);

    assertThat(refused(rig, ALICE, 48)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(accepted(rig, ALICE, HOME, 49).length()).as("half of it").isEqualTo(49);
  }

  @Test
  void rejectedGrowthIsUndone() {
    Rig rig = rig("onRerequest", "grow");
    IpPrefix alice = accepted(rig, ALICE, HOME, 56);

    String offer = rig.offerRouter(ALICE, HOME, 48).id();
    assertThat(prefix(rig, ALICE)).as("until it is accepted").isEqualTo(alice);
    get(rig.broker.reject(ALICE, offer));

    assertThat(prefix(rig, ALICE)).isEqualTo(alice);
    assertConsistent(rig);
  }

  @Test
  void keepsWhatAUserHasWhereThePolicySaysSo() {
    Rig rig = rig("onRerequest", "keep");
    accepted(rig, ALICE, HOME, 56);

    assertThat(refused(rig, ALICE, 48)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(refused(rig, ALICE, 60)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(given(rig, ALICE, HOME, 56)).isEqualTo(prefix(rig, ALICE));
  }

  @Test
  void renumbersAndLetsTheOldPrefixRestEvenOverARestart() {
    Rig rig =
        new Rig(
            endpoints(),
            pool("home", IpPrefix.parse("2001:db8:9000::/47"), "onRerequest", "renumber"));
    IpPrefix old = accepted(rig, ALICE, HOME, 48);

    IpPrefix now = accepted(rig, ALICE, HOME, 56);

    assertThat(now.overlaps(old)).isFalse();
    assertThat(resting(rig)).containsExactly(old);
    assertThat(refused(rig, BOB, 48)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    rig.powerCut();
    assertThat(refused(rig, BOB, 48)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(prefix(rig, ALICE)).isEqualTo(now);
    assertThat(rig.server.desired())
        .singleElement()
        .extracting(TunnelParameters::remotePrefixes)
        .asString()
        .contains(now.toString());

    rig.advance(Duration.ofMinutes(11));
    assertThat(resting(rig)).isEmpty();
    assertThat(given(rig, BOB, ELSEWHERE, 48)).isEqualTo(old);
  }

  @Test
  void rejectedRenumberingLeavesTheOldPrefix() {
    Rig rig = rig("onRerequest", "renumber");
    IpPrefix old = accepted(rig, ALICE, HOME, 48);

    get(rig.broker.reject(ALICE, rig.offerRouter(ALICE, HOME, 56).id()));

    assertThat(prefix(rig, ALICE)).isEqualTo(old);
    assertThat(resting(rig)).isEmpty();
    assertConsistent(rig);
  }

  @Test
  void renumbersWhoseTunnelHasEnded() {
    Rig rig = rig("onRerequest", "renumber");
    IpPrefix old = accepted(rig, ALICE, HOME, 48);
    get(rig.broker.delete(ALICE, tcp(HOME)));

    rig.offerRouter(ALICE, HOME, 56);
    rig.advance(Duration.ofSeconds(91));
    assertThat(prefix(rig, ALICE)).as("not accepted").isEqualTo(old);
    IpPrefix now = accepted(rig, ALICE, HOME, 56);

    assertThat(prefix(rig, ALICE)).isEqualTo(now);
    assertThat(resting(rig)).containsExactly(old);
    assertConsistent(rig);
  }

  @Test
  void keepsReservationForItsUserAlone() {
    Rig rig =
        new Rig(
            endpoints(),
            pool(
                "home",
                IpPrefix.parse("2001:db8:9000::/47"),
                "reservations",
                words("alice 2001:db8:9000::/48, bob 2001:db8:9001:ff00::/56"),
                "groups",
                words("nobody")));
    rig.accounts(groups("carol", "nobody"));
    Identity carol = Identity.of("carol");

    assertThat(rig.broker.reservations())
        .extracting(PrefixReservation::state)
        .containsExactly(PrefixReservation.State.FREE, PrefixReservation.State.FREE);
    assertThat(refused(rig, carol, 48)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
    assertThat(accepted(rig, ALICE, HOME, 48)).hasToString("2001:db8:9000::/48");
    assertThat(
            get(rig.broker.offer(BOB, router(TunnelType.V6V4, ELSEWHERE, UNNAMED), tcp(ELSEWHERE)))
                .router()
                .orElseThrow()
                .prefix())
        .hasToString("2001:db8:9001:ff00::/56");
    assertThat(rig.broker.reservations())
        .extracting(PrefixReservation::state)
        .containsExactly(PrefixReservation.State.HELD, PrefixReservation.State.HELD);
    assertConsistent(rig);
  }

  @Test
  void whoHadWhatIsNowReservedKeepsItUntilHeAsksAgain() {
    Rig rig = rig();
    IpPrefix old = accepted(rig, BOB, ELSEWHERE, 48);
    rig.pools = List.of(pool("home", POOL, "reservations", words("alice " + old)));
    rig.powerCut();

    assertThat(rig.broker.reservations())
        .extracting(PrefixReservation::state)
        .containsExactly(PrefixReservation.State.BLOCKED);
    assertThat(given(rig, ALICE, HOME, 48)).as("another meanwhile").isNotEqualTo(old);
    assertThat(accepted(rig, BOB, ELSEWHERE, 48)).isNotEqualTo(old);
    rig.advance(Duration.ofMinutes(11));
    assertThat(given(rig, ALICE, HOME, 48)).isEqualTo(old);
    assertConsistent(rig);
  }

  @Test
  void cutsPoolsOfAnySize() {
    Rig large = new Rig(endpoints(), pool("large", IpPrefix.parse("2400::/12")));
    Rig small =
        new Rig(
            endpoints(), pool("small", IpPrefix.parse("2001:db8:9000::/64"), "longestLength", 64));

    assertThat(accepted(large, ALICE, HOME, 48)).hasToString("2400::/48");
    assertThat(accepted(large, BOB, ELSEWHERE, 48)).hasToString("2408::/48");
    assertThat(accepted(small, ALICE, HOME, 64)).hasToString("2001:db8:9000::/64");
    assertThat(refused(small, BOB, 64)).isEqualTo(StatusCode.PREFIX_UNAVAILABLE);
  }

  @Test
  void showsFreeBlocks() {
    Rig rig = rig("defaultLength", 56);
    accepted(rig, ALICE, HOME, 48);

    PoolUse use =
        rig.broker.pools().stream().filter(p -> p.name().equals("home")).findFirst().orElseThrow();

    assertThat(use.largestFree()).hasValue(41);
    assertThat(use.freeBlocks()).hasSize(8).containsEntry(48, 1L);
    assertThat(use.used()).isEqualTo(1);
    assertThat(use.capacity()).isEqualTo(BigInteger.valueOf(1 << 16));
  }

  @Test
  void countsThePrefixesOfTheLargestPoolExactly() {
    assertThat(new PrefixPool(IpPrefix.parse("::/0")).capacity(64))
        .isEqualTo(new BigInteger("18446744073709551616"));
    assertThat(new PrefixPool(IpPrefix.parse("8000::/1")).capacity(64))
        .isEqualTo(new BigInteger("9223372036854775808"));
    assertThat(new PrefixPool(IpPrefix.parse("2001:db8::/48")).capacity(40)).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "prefix | 2001:db8::/65 | of length 1 to 64",
        "prefix | nonsense | write address/length",
        "prefix | 2001:db8::/32 | overlaps the pool",
        "shortestLength | 39 | from 40 to 64",
        "longestLength | 65 | from 48 to 64",
        "defaultLength | 47 | from 48 to 64",
        "types | v6anyv4 | such as v6v4",
        "onOtherLength | never | exact, atMost or refuse",
        "onRerequest | never | keep, grow or renumber",
        "reservations | alice | a user, a space and a prefix",
        "reservations | alice 2001:db8::/48 | lies in 2001:db8:9000::/40",
        "reservations | alice 2001:db8:9000::/48, bob 2001:db8:9000::/56 | overlaps",
      })
  void refusesBadLineByFileKeyAndRemedy(String key, String value, String remedy) {
    Object typed =
        value.matches("\\d+")
            ? (Object) Integer.valueOf(value)
            : key.equals("types") || key.equals("reservations") ? words(value) : value;

    assertThatThrownBy(() -> rig(key, typed))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageStartingWith("etc/org.culvert.broker.pool-home.cfg: " + key + " = \"")
        .hasMessageContaining(remedy);
  }

  @Test
  void refusesPoolsThatOverlap() {
    assertThatThrownBy(
            () ->
                new Rig(
                    endpoints(),
                    pool("one", POOL),
                    pool("two", IpPrefix.parse("2001:db8:9001::/48"))))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("pool-two.cfg: prefix")
        .hasMessageContaining(POOL.toString());
  }

  private static IpPrefix prefix(Rig rig, Identity who) {
    return rig.lease(who).prefix().orElseThrow();
  }

  private static List<IpPrefix> resting(Rig rig) {
    return rig.store.leases().stream()
        .filter(Resting::is)
        .map(lease -> lease.prefix().orElseThrow())
        .toList();
  }

  /** What is held is what a broker that starts anew from the store holds. */
  private static void assertConsistent(Rig rig) {
    List<PoolUse> before = rig.broker.pools();
    rig.powerCut();
    assertThat(rig.broker.pools()).isEqualTo(before);
  }

  private static String[] words(String text) {
    return new String[] {text};
  }

  private static CredentialStore groups(String user, String group) {
    Account account =
        new Account(user, true, null, null, List.of(), AccountPolicy.ANY, Set.of(group));
    return asked -> asked.equals(user) ? Optional.of(account) : Optional.empty();
  }
}
