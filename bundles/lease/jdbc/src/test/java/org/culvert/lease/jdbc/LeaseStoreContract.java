package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.culvert.api.account.Grant;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.lease.LeaseChange;
import org.culvert.api.lease.LeaseChange.Put;
import org.culvert.api.lease.LeaseChange.Remove;
import org.culvert.api.lease.LeaseStore;
import org.culvert.api.lease.LeaseStoreException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.trace.Promise;
import org.junit.jupiter.api.Test;

/** What every lease store must do. */
abstract class LeaseStoreContract {
  /** A guard against hanging, and no more. */
  static final int PATIENCE_SECONDS = 60;

  static final Arrangements ALL =
      new Arrangements(
          Optional.of("alice.example.org"),
          List.of(
              new DnsServer.Name("ns1.example.net"),
              new DnsServer.Address(IpAddresses.parse("2001:db8:5::53")),
              new DnsServer.Address(IpAddresses.parse("192.0.2.53"))),
          Optional.of(RoutingAgreement.bgp(4_294_967_295L, 64_500)));

  private final Lease one = SampleLeases.active(1);
  private final Lease two = SampleLeases.active(2);

  abstract LeaseStore store();

  @Test
  void startsEmpty() {
    assertThat(store().load()).isEmpty();
  }

  @Test
  void keepsTheLastOfWhatIsNotedAndTheFirstOfWhatIsRemembered() throws Exception {
    assertThat(store().remember("first", "one")).isEqualTo("one");
    assertThat(store().remember("first", "two")).isEqualTo("one");

    store().note("last", "one").toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    store().note("last", "two").toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);

    assertThat(store().remember("last", "three")).isEqualTo("two");
    assertThat(store().remember("first", "three")).isEqualTo("one");
  }

  @Test
  void keepsWhatIsPutUntilItIsRemoved() throws Exception {
    commit(new Put(one), new Put(two));
    assertThat(store().load()).containsExactlyInAnyOrder(one, two);

    Lease expired = SampleLeases.next(one, State.EXPIRED);
    commit(new Put(expired), new Remove(two));
    assertThat(store().load()).containsExactly(expired);
  }

  @Test
  void refusesChangeOfAnOldRevisionAndNothingOfItsListIsDone() throws Exception {
    commit(new Put(one));
    commit(new Put(SampleLeases.next(one, State.EXPIRED)));

    assertStale(new Put(two), new Put(SampleLeases.next(one, State.QUARANTINED)));
    assertStale(new Put(two), new Remove(one));

    assertThat(store().load()).containsExactly(SampleLeases.next(one, State.EXPIRED));
  }

  @Test
  void refusesNewLeaseWhereOneIs() throws Exception {
    commit(new Put(one));

    assertStale(new Put(one));
  }

  @Test
  void refusesSecondRevisionOfWhatIsNotThere() {
    assertStale(new Put(SampleLeases.next(one, State.EXPIRED)));
    assertStale(new Remove(one));
  }

  @Test
  @Promise("P1")
  void refusesSecondHolderOfAnAddress() throws Exception {
    commit(new Put(one));

    assertStale(new Put(with(two, one.clientAddress(), two)));
  }

  @Test
  @Promise("P1")
  void refusesSecondHolderOfPrefix() throws Exception {
    commit(new Put(one));

    assertStale(new Put(with(two, two.clientAddress(), one)));
  }

  @Test
  void keepsOneLeaseOfAUserForEachIpVersionInside() throws Exception {
    Lease ipv4 = over6(one, two.id(), "192.0.2.7");
    commit(new Put(one), new Put(ipv4));
    assertThat(store().load()).containsExactlyInAnyOrder(one, ipv4);

    assertStale(new Put(over6(one, "lease-3", "192.0.2.8")));
    assertStale(new Put(copy(one, "lease-4", IpAddresses.parse("2001:db8::4"), Optional.empty())));

    commit(new Remove(ipv4), new Put(over6(one, "lease-3", "192.0.2.8")));
  }

  @Test
  void keepsWhatWasAgreedAndWhatIsAgreedAnew() throws Exception {
    Lease named = SampleLeases.with(one, ALL);
    commit(new Put(named), new Put(two));
    assertThat(store().load()).containsExactlyInAnyOrder(named, two);

    Lease next = SampleLeases.with(SampleLeases.next(named, State.ACTIVE), Arrangements.NONE);
    commit(new Put(next), new Put(SampleLeases.with(SampleLeases.next(two, State.ACTIVE), ALL)));
    assertThat(store().load())
        .extracting(Lease::arrangements)
        .containsExactlyInAnyOrder(Arrangements.NONE, ALL);
  }

  @Test
  void keepsWhatTheOwnerWasGrantedAndIsGrantedAnew() throws Exception {
    Grant grant = new Grant(Set.of("home", "a, b"), Optional.of(Duration.ofMinutes(30)));
    Lease granted = SampleLeases.with(one, grant);
    commit(new Put(granted), new Put(two));
    assertThat(store().load()).containsExactlyInAnyOrder(granted, two);

    Lease next = SampleLeases.with(SampleLeases.next(granted, State.ACTIVE), Grant.NONE);
    commit(new Put(next));
    assertThat(store().load()).containsExactlyInAnyOrder(next, two);
  }

  @Test
  void refusesSecondHolderOfAName() throws Exception {
    commit(new Put(SampleLeases.with(one, ALL)));

    assertStale(new Put(SampleLeases.with(two, ALL)));
  }

  @Test
  void letsAUsersTunnelsOfBothIpVersionsShareAName() throws Exception {
    commit(new Put(SampleLeases.with(one, ALL)));
    commit(new Put(SampleLeases.with(over6(one, two.id(), "192.0.2.7"), ALL)));

    assertThat(store().load()).hasSize(2);
  }

  @Test
  void allowsManyLeasesWithoutPrefix() throws Exception {
    commit(new Put(withoutPrefix(one)), new Put(withoutPrefix(two)));

    assertThat(store().load()).hasSize(2);
  }

  @Test
  void remembersTheFirstValueOnly() {
    assertThat(store().remember("key", "first")).isEqualTo("first");
    assertThat(store().remember("key", "second")).isEqualTo("first");
    assertThat(store().remember("other", "second")).isEqualTo("second");
  }

  void commit(LeaseChange... changes) throws Exception {
    await(store().commit(List.of(changes)));
  }

  static void await(CompletionStage<Void> stage) throws Exception {
    stage.toCompletableFuture().get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private void assertStale(LeaseChange... changes) {
    assertThatThrownBy(() -> commit(changes))
        .cause()
        .asInstanceOf(InstanceOfAssertFactories.type(LeaseStoreException.class))
        .matches(LeaseStoreException::stale, "is stale");
  }

  static Lease withoutPrefix(Lease lease) {
    return copy(lease, lease.clientAddress(), Optional.empty());
  }

  private static Lease with(Lease lease, InetAddress address, Lease prefixOf) {
    return copy(lease, address, prefixOf.prefix());
  }

  private static Lease over6(Lease lease, String id, String address) {
    return copy(lease, id, IpAddresses.parse(address), Optional.empty());
  }

  private static Lease copy(Lease lease, InetAddress address, Optional<IpPrefix> prefix) {
    return copy(lease, lease.id(), address, prefix);
  }

  private static Lease copy(
      Lease lease, String id, InetAddress address, Optional<IpPrefix> prefix) {
    return new Lease(
        id,
        lease.owner(),
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        address,
        prefix,
        lease.keepAlive(),
        lease.created(),
        lease.expires(),
        lease.revision());
  }
}
