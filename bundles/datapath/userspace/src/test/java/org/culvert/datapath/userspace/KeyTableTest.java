package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeyTableTest {
  private static final int MANY = 100_000;

  @Test
  void findsWhatWasPutAndNothingElse() {
    KeyTable<String> table = new KeyTable<>(3);

    table.put(1, 2, 3, "a");
    table.put(2, 1, 3, "b");
    table.put(0, 0, 0, "zero");

    assertThat(table.get(1, 2, 3)).isEqualTo("a");
    assertThat(table.get(2, 1, 3)).isEqualTo("b");
    assertThat(table.get(0, 0, 0)).isEqualTo("zero");
    assertThat(table.get(1, 2, 4)).isNull();
    assertThat(table.get(3, 2, 1)).isNull();
  }

  @Test
  void keepsTheFirstValueOfAKey() {
    KeyTable<String> table = new KeyTable<>(2);

    assertThat(table.put(1, 2, 3, "first")).isTrue();
    assertThat(table.put(1, 2, 3, "second")).isFalse();
    assertThat(table.get(1, 2, 3)).isEqualTo("first");
  }

  @Test
  void answersWhenItIsEmpty() {
    assertThat(new KeyTable<String>(0).get(1, 2, 3)).isNull();
  }

  @Test
  void visitsFewSlotsForPrefixesInARow() {
    probesAreFew(i -> 0x20010DB8_00000000L + ((long) i << 16), i -> 0, i -> 48);
  }

  @Test
  void visitsFewSlotsForPrefixesThatDifferInTheirHighestBitsOnly() {
    probesAreFew(i -> (long) i << 47, i -> 0, i -> 17);
  }

  @Test
  void visitsFewSlotsForAddressesInARow() {
    probesAreFew(i -> 0x20010DB8_00000000L, i -> i, i -> 128);
  }

  @Test
  void visitsFewSlotsForManyPortsOfOneNat() {
    probesAreFew(i -> 0, i -> 0xC0000201L + i / 50_000, i -> 1024 + i % 50_000);
  }

  private interface Part {
    long of(int i);
  }

  private static void probesAreFew(Part a, Part b, Part c) {
    KeyTable<Integer> table = new KeyTable<>(MANY);
    for (int i = 0; i < MANY; i++) {
      assertThat(table.put(a.of(i), b.of(i), (int) c.of(i), i)).isTrue();
    }

    long sum = 0;
    int most = 0;
    for (int i = 0; i < MANY; i++) {
      int probes = table.probes(a.of(i), b.of(i), (int) c.of(i));
      sum += probes;
      most = Math.max(most, probes);
    }

    // Half full and well spread: one and a half on average, and nothing near a scan.
    assertThat((double) sum / MANY).isLessThan(2);
    assertThat(most).isLessThan(100);
  }
}
