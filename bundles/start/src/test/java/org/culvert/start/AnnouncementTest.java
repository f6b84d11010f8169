package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import org.culvert.api.client.ClientStatus;
import org.culvert.api.client.ClientStatus.Phase;
import org.junit.jupiter.api.Test;

class AnnouncementTest {

  @Test
  void tellsThatATunnelDoesNotStand() {
    ClientStatus connected = status(Phase.CONNECTED, Optional.empty());

    assertThat(Announcement.describe(connected, Optional.empty()))
        .isEqualTo("client: tunnel from tb.example:3653");
    assertThat(Announcement.describe(connected, Optional.of("failed: lo has its route")))
        .isEqualTo("client: tunnel from tb.example:3653, which is failed: lo has its route");
  }

  @Test
  void tellsWhyThereIsNone() {
    assertThat(
            Announcement.describe(
                status(Phase.WAITING, Optional.of("tb.example:3653: no answer")), Optional.empty()))
        .isEqualTo("client: no tunnel yet, asks again: tb.example:3653: no answer");
  }

  private static ClientStatus status(Phase phase, Optional<String> error) {
    return new ClientStatus(
        phase,
        Instant.EPOCH,
        Optional.of("tb.example:3653"),
        Optional.empty(),
        Optional.empty(),
        error,
        1);
  }
}
