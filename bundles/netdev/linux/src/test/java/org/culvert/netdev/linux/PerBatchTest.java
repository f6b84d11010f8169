package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.netdev.PacketBatch;
import org.junit.jupiter.api.Test;

class PerBatchTest {
  private final AtomicInteger made = new AtomicInteger();
  private final PerBatch<Integer> values = new PerBatch<>(batch -> made.incrementAndGet());

  @Test
  void worksOutOnceForEachBatch() {
    PacketBatch one = new PacketBatch(1, 64);
    PacketBatch two = new PacketBatch(1, 64);

    assertThat(values.of(one)).isEqualTo(1);
    assertThat(values.of(two)).isEqualTo(2);
    assertThat(values.of(one)).isEqualTo(1);
    assertThat(made).hasValue(2);
  }

  @Test
  void keepsNoMoreThanItsLimit() {
    List<PacketBatch> batches = new ArrayList<>();
    for (int i = 0; i < 3 * PerBatch.LIMIT; i++) {
      batches.add(new PacketBatch(1, 64));
      values.of(batches.get(i));
    }

    assertThat(values.size()).isEqualTo(PerBatch.LIMIT);
    assertThat(values.of(batches.get(batches.size() - 1))).isEqualTo(3 * PerBatch.LIMIT);
  }
}
