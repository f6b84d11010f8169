package org.culvert.provisioning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.culvert.api.lease.Lease;
import org.culvert.testkit.lease.SampleLeases;
import org.culvert.testkit.service.ScriptedService.OfNames;
import org.junit.jupiter.api.Test;

class ManyTunnelsTest {
  private static final int MANY = 50_000;

  @Test
  void startAndRestartWithManyLeasesAndWriteNothingThatIsWritten() {
    OfNames bind = new OfNames("bind");
    Rig rig = new Rig();
    rig.bind(bind, 0);
    List<Lease> leases = new ArrayList<>();
    for (int i = 0; i < MANY; i++) {
      leases.add(SampleLeases.with(SampleLeases.active(i), Rig.named("a" + i + ".example.org")));
    }
    leases.forEach(lease -> rig.leases.put(lease.id(), lease));

    rig.begin();
    assertThat(bind.ids()).hasSize(MANY);
    // Once before it is tried, once when it is done.
    assertThat(rig.store.written()).isEqualTo(2 * MANY);
    bind.journal();

    rig.restart(rig.store);
    assertThat(bind.journal()).isEmpty();
    assertThat(rig.store.written()).isEqualTo(2 * MANY);

    rig.active(MANY, Rig.named("one-more.example.org"));
    assertThat(bind.journal()).containsExactly("provide lease-" + MANY);
  }
}
