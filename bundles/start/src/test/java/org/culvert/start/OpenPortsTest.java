package org.culvert.start;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OpenPortsTest {
  private final AtomicLong nanos = new AtomicLong();
  private final OpenPorts ports = new OpenPorts(nanos::get);

  @Test
  void namesAFewAndCountsTheRest() {
    List<String> many = IntStream.range(0, 3_000).mapToObj(i -> "UDP " + (10_000 + i)).toList();

    assertThat(ports.line(many))
        .startsWith("UDP 10000, UDP 10001, ")
        .endsWith("UDP 10011 and 2988 more")
        .hasSizeLessThan(200);
  }

  @Test
  void changesOnceAMinuteAndLosesNoChange() {
    assertThat(ports.line(List.of("TCP 1", "UDP 2"))).isEqualTo("TCP 1, UDP 2");
    nanos.addAndGet(OpenPorts.PAUSE_NANOS);
    assertThat(ports.line(List.of("TCP 1"))).isEqualTo("TCP 1");
    for (int i = 0; i < 5; i++) {
      assertThat(ports.line(List.of("TCP 1", "UDP " + i))).isEqualTo("TCP 1");
    }

    nanos.addAndGet(OpenPorts.PAUSE_NANOS);

    assertThat(ports.line(List.of("TCP 1", "UDP 7"))).isEqualTo("TCP 1, UDP 7");
  }

  @Test
  void tellsAtOnceWhatOpensAfterAllWasClosed() {
    ports.line(List.of("TCP 1"));

    ports.closed();

    assertThat(ports.line(List.of("TCP 2"))).isEqualTo("TCP 2");
  }
}
