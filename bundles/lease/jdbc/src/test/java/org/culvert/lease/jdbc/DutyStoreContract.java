package org.culvert.lease.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.culvert.api.service.Duty;
import org.culvert.api.service.DutyStore;
import org.culvert.testkit.service.SampleDuties;
import org.junit.jupiter.api.Test;

/** What every store of duties must do. */
abstract class DutyStoreContract {
  private final Duty one = SampleDuties.queued(1);
  private final Duty two = SampleDuties.queued(2);

  abstract DutyStore store();

  @Test
  void startsEmpty() {
    assertThat(store().duties()).isEmpty();
  }

  @Test
  void keepsDutiesUntilTheyAreForgotten() throws Exception {
    keep(List.of(one, two), List.of());
    assertThat(store().duties()).containsExactlyInAnyOrder(one, two);

    keep(List.of(), List.of(one));
    assertThat(store().duties()).containsExactly(two);
  }

  @Test
  void keepsWhatWasWrittenLast() throws Exception {
    keep(List.of(one), List.of());

    keep(List.of(SampleDuties.done(one)), List.of());

    assertThat(store().duties()).containsExactly(SampleDuties.done(one));
  }

  @Test
  void tellsDutiesOfATunnelApartByKindAndService() throws Exception {
    Duty otherKind = SampleDuties.bare(1);
    Duty otherService = at("knot@192.0.2.54");

    keep(List.of(one, otherKind, otherService), List.of());
    assertThat(store().duties()).containsExactlyInAnyOrder(one, otherKind, otherService);

    keep(List.of(), List.of(SampleDuties.done(one)));
    assertThat(store().duties()).containsExactlyInAnyOrder(otherKind, otherService);
  }

  @Test
  void forgettingWhatIsNotThereDoesNothing() throws Exception {
    keep(List.of(two), List.of(one));

    assertThat(store().duties()).containsExactly(two);
  }

  void keep(List<Duty> written, List<Duty> forgotten) throws Exception {
    store()
        .keep(written, forgotten)
        .toCompletableFuture()
        .get(LeaseStoreContract.PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private Duty at(String service) {
    return new Duty(
        one.kind(),
        service,
        one.tunnel(),
        one.goal(),
        one.state(),
        one.since(),
        one.attempts(),
        one.next(),
        one.problem());
  }
}
