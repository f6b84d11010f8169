package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProportionTest {
  private final Proportion proportion = new Proportion();

  @Test
  void roomIsFiveTimesWhatCameWithoutWhatWent() {
    proportion.received(20);
    proportion.sent(new byte[32]);

    assertThat(proportion.room()).isEqualTo(5 * 20 - 40 - 8);
  }

  @Test
  void thereIsNoRoomForEvenAHeaderOnceAllIsUsedUp() {
    proportion.received(8);
    proportion.sent(new byte[32]);

    assertThat(proportion.room()).isNegative();
  }
}
