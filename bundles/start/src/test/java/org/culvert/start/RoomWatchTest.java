package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class RoomWatchTest {
  private static final long MEGABYTE = 1L << 20;
  private static final long NEEDED = 52 * MEGABYTE;

  private final List<String> told = new ArrayList<>();
  private long seconds;
  private final RoomWatch watch =
      new RoomWatch(
          new Folders(Path.of("/h"), Path.of("/e"), Path.of("/data"), Path.of("/l")),
          () -> TimeUnit.SECONDS.toNanos(seconds),
          told::add);

  @Test
  void tellsOnceWhatToDoWhenTheDiskIsFull() {
    watch.look(1, false, 0, NEEDED);
    seconds = 60;
    watch.look(1, false, 0, NEEDED);
    watch.look(1, true, 0, NEEDED);

    assertThat(told).singleElement().asString().contains("/data is full", "until 52 MB are free");
    assertThat(watch.wasFull()).isTrue();
  }

  @Test
  void beginsAnewWhenThereIsRoomAndNothingGoesOn() {
    watch.look(1, false, 0, NEEDED);
    seconds = 19;
    assertThat(watch.look(1, false, NEEDED, NEEDED)).isFalse();
    seconds = 20;
    assertThat(watch.look(1, false, NEEDED - 1, NEEDED)).isFalse();
    assertThat(watch.look(1, false, NEEDED, NEEDED)).isTrue();
  }

  @Test
  void beginsAnewAtOnceWhenTheStartFailed() {
    watch.look(1, false, 0, NEEDED);

    assertThat(watch.look(1, true, NEEDED, NEEDED)).isTrue();
  }

  @Test
  void leavesAnInstallationAloneThatGoesOn() {
    for (int i = 0; i < 100; i++) {
      seconds += 10;
      assertThat(watch.look(i, false, i == 1 ? 0 : NEEDED, NEEDED)).isFalse();
    }
  }

  @Test
  void callsADiskFullThatHasNoRoomForTheNextBundle() {
    watch.look(1, false, 5 * MEGABYTE, NEEDED);
    assertThat(told).isEmpty();

    watch.look(1, true, 5 * MEGABYTE, NEEDED);
    assertThat(told).hasSize(1);
    assertThat(watch.look(1, true, NEEDED, NEEDED)).isTrue();
  }

  /** What there was no room for is deleted at once, so the disk may be full between two looks. */
  @Test
  void beginsAnewWhenTheDiskWasFullBetweenTwoLooks() {
    watch.look(1, false, 12 * MEGABYTE, NEEDED);
    watch.look(1, false, 40 * MEGABYTE, NEEDED);
    assertThat(told).isEmpty();
    seconds = 20;

    assertThat(watch.look(1, false, 60 * MEGABYTE, NEEDED)).isTrue();
    assertThat(told).singleElement().asString().contains("was full for a moment");
  }

  @Test
  void doesNotBeginAnewForEverOnASmallDisk() {
    watch.look(1, false, 19 * MEGABYTE, 10 * MEGABYTE);
    seconds = 60;
    assertThat(watch.look(1, true, 20 * MEGABYTE, 10 * MEGABYTE)).isFalse();
  }

  /** Another cause would be there again. */
  @Test
  void doesNotBeginAnewWhereThereWasRoom() {
    seconds = 60;
    assertThat(watch.look(0, true, NEEDED, NEEDED)).isFalse();
    assertThat(told).isEmpty();
  }
}
