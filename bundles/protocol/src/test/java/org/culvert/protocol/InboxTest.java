package org.culvert.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class InboxTest {
  private static final int LIMIT = 8_000;

  private int left = LIMIT;
  private final Inbox inbox =
      new Inbox(
          LIMIT,
          new Inbox.Room() {
            @Override
            public boolean reserve(int octets) {
              if (octets > left) {
                return false;
              }
              left -= octets;
              return true;
            }

            @Override
            public void release(int octets) {
              left += octets;
            }
          });

  private boolean append(int count) {
    byte[] data = new byte[count];
    Arrays.fill(data, (byte) 'x');
    return inbox.append(ByteBuffer.wrap(data));
  }

  @Test
  void takesNoRoomForALine() {
    assertThat(append(500)).isTrue();
    assertThat(left).isEqualTo(LIMIT);
  }

  @Test
  @Threat("T6")
  void growsOnlyIntoWhatItIsGranted() {
    left = 2_000;
    assertThat(append(1_500)).isTrue();
    assertThat(left).isEqualTo(1_012);

    assertThat(append(1_100)).isFalse();
    assertThat(inbox.size()).isEqualTo(1_500);
    assertThat(left).isEqualTo(1_012);
  }

  @Test
  void neverNeedsMoreThanItsLimit() {
    append(LIMIT + 100);
    assertThat(inbox.isFull()).isTrue();
    assertThat(left).isEqualTo(512);
  }

  @Test
  @Threat("T6")
  void givesAllBackWhenItIsEmpty() {
    append(3_000);
    inbox.take(2_999);
    assertThat(left).isLessThan(LIMIT);
    inbox.take(1);
    assertThat(left).isEqualTo(LIMIT);
    assertThat(append(3_000)).isTrue();
  }

  /** What was taken out may have been a password, and would stand in a dump of the heap. */
  @Test
  @Promise("P8")
  void overwritesWhatWasTakenOrOutgrown() throws Exception {
    Field kept = Inbox.class.getDeclaredField("octets");
    kept.setAccessible(true);
    append(400);
    byte[] first = (byte[]) kept.get(inbox);
    inbox.take(100);
    assertThat(Arrays.copyOf(first, 100)).containsOnly(0);

    append(3_000);
    byte[] second = (byte[]) kept.get(inbox);
    assertThat(second).isNotSameAs(first);
    assertThat(first).containsOnly(0);
    inbox.clear();
    assertThat(second).containsOnly(0);
  }

  @Test
  @Threat("T6")
  void givesAllBackWhenItIsCleared() {
    append(3_000);
    inbox.clear();
    assertThat(left).isEqualTo(LIMIT);
    assertThat(inbox.size()).isZero();
  }
}
