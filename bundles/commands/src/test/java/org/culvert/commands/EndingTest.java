package org.culvert.commands;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.culvert.api.lease.Lease;
import org.culvert.api.lease.Lease.State;
import org.culvert.testkit.lease.SampleLeases;
import org.junit.jupiter.api.Test;

class EndingTest {
  private final Lease active = SampleLeases.active(1);
  private final Lease expired = SampleLeases.next(SampleLeases.active(1), State.EXPIRED);
  private final Lease resting = SampleLeases.next(SampleLeases.active(1), State.QUARANTINED);

  @Test
  void saysThatAnEndedTunnelStaysReserved() {
    assertThat(Ending.of(active, Optional.of(expired)))
        .startsWith("Ended: the tunnel of user-1.")
        .contains("stays reserved for user-1 until 20", "again gives that up");
  }

  @Test
  void saysThatAReservationWasGivenUpAndWhatRests() {
    assertThat(Ending.of(expired, Optional.of(resting)))
        .startsWith("Given up by user-1: ")
        .contains("rests until 20", "no other user gets it");
  }

  @Test
  void doesNotSayThatWhatWasOverIsEnded() {
    assertThat(Ending.of(resting, Optional.of(resting))).startsWith("Nothing to end: ");
    assertThat(Ending.of(expired, Optional.empty())).startsWith("Gone: ");
  }

  @Test
  void saysThatAnAnonymousTunnelRests() {
    assertThat(Ending.of(active, Optional.of(resting))).startsWith("Ended: ").contains("rests");
  }
}
