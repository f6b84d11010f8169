package org.culvert.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.api.net.IpPrefix;
import org.culvert.registry.Settings.Show;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.Test;

class AssignmentsTest {
  private final Settings settings = Samples.settings(Show.USER, Map.of("carol", "C-1"));
  private final Assignments assignments = Samples.assignments(settings);
  private final Lease lease = Samples.lease(7, "alice");

  @Test
  void followsALeaseThroughItsLife() {
    assignments.put(SampleLeases.next(lease, State.OFFERED));
    assertThat(isHeld(lease)).isFalse();

    assignments.put(lease);
    assertThat(isHeld(lease)).isTrue();

    assignments.put(SampleLeases.next(lease, State.EXPIRED));
    assertThat(isHeld(lease)).isTrue();

    assignments.put(SampleLeases.next(lease, State.QUARANTINED));
    assertThat(isHeld(lease)).isFalse();
    assertThat(assignments.of("ALICE-EXAMPLE")).isEmpty();
  }

  @Test
  void forgetsALeaseThatIsGoneAndAllThatAreNotNamedAnew() {
    Lease other = Samples.lease(8, "bob");
    assignments.put(lease);
    assignments.put(other);

    assignments.remove(lease);
    assertThat(isHeld(lease)).isFalse();

    assignments.replace(List.of(lease));
    assertThat(isHeld(lease)).isTrue();
    assertThat(isHeld(other)).isFalse();
  }

  @Test
  void registersNoAnonymousUser() {
    assignments.put(SampleLeases.of(lease, lease.owner(), true));

    assertThat(isHeld(lease)).isFalse();
  }

  @Test
  void givesAHandleToTheFirstWhoHasIt() {
    assignments.put(Samples.lease(7, "a.b"));
    assignments.put(Samples.lease(8, "a-b"));

    assertThat(assignments.holding(Samples.lease(7, "").prefix().orElseThrow()))
        .get()
        .satisfies(found -> assertThat(found.handle()).contains("A-B-EXAMPLE"));
    assertThat(assignments.holding(Samples.lease(8, "").prefix().orElseThrow()))
        .get()
        .satisfies(found -> assertThat(found.handle()).isEmpty());
    assertThat(assignments.isFree("A-B-EXAMPLE", "a.b")).isTrue();
    assertThat(assignments.isFree("A-B-EXAMPLE", "a-b")).isFalse();
  }

  @Test
  void makesHandlesOfNames() {
    NicHandles handles = new NicHandles(settings.handles(), settings.source(), settings.contact());

    assertThat(handles.of("alice")).contains("ALICE-EXAMPLE");
    assertThat(handles.of("..Al ice@example..")).contains("AL-ICE-EXAMPLE-EXAMPLE");
    assertThat(handles.of("carol")).contains("C-1");
    assertThat(handles.of("\u00e9\u00e9")).isEmpty();
    assertThat(handles.of("a".repeat(33))).isEmpty();
    assertThat(new NicHandles(Map.of("carol", "BOB-EXAMPLE"), "EXAMPLE", "OPS-EXAMPLE").of("bob"))
        .isEmpty();
  }

  @Test
  void makesNobodyTheOperatorsHandle() {
    assertThat(new NicHandles(Map.of(), "EXAMPLE", "OPS-EXAMPLE").of("ops")).isEmpty();
    assertThat(new NicHandles(Map.of("root", "OPS-EXAMPLE"), "EXAMPLE", "OPS-EXAMPLE").of("root"))
        .as("where the operator says so")
        .contains("OPS-EXAMPLE");
  }

  private boolean isHeld(Lease held) {
    IpPrefix prefix = held.prefix().orElseThrow();
    return assignments.holding(prefix).orElseThrow().prefix().equals(prefix);
  }
}
