package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelCounters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;

class LoopAlarmTest {
  private final LoopAlarm alarm = new LoopAlarm();
  private final Map<String, Long> loops = new HashMap<>();
  private List<Standing> standings =
      List.of(
          new Standing(
              Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.1", 40_000)),
              new TunnelState.Up("userspace", "culvert0"),
              Optional.empty(),
              Optional.empty(),
              Optional.empty()));

  @Test
  void namesTheTunnelAndTheRemedyWhileItLastsAndAMinuteMore() {
    seconds(11);
    loops.put("seven", 20L);
    seconds(10);
    assertThat(alarm.lines()).as("a few may be a slip").isEmpty();

    loops.put("seven", 500L);
    seconds(10);
    assertThat(alarm.lines())
        .containsExactly(
            "tunnel seven: packets go round through it and are dropped; find out who routes"
                + " 198.51.100.1, its other end, into another tunnel, or end it; type:"
                + " culvert:tunnel-delete seven");

    loops.put("seven", 501L);
    seconds(50);
    assertThat(alarm.lines()).hasSize(1);
    seconds(30);
    assertThat(alarm.lines()).isEmpty();
  }

  @Test
  void whatWasCountedBeforeTheFirstLookIsNoNews() {
    loops.put("seven", 5_000L);

    seconds(20);

    assertThat(alarm.lines()).isEmpty();
  }

  @Test
  void aTunnelThatIsGoneHasNoAlarm() {
    seconds(11);
    loops.put("seven", 500L);
    seconds(10);
    assertThat(alarm.lines()).hasSize(1);

    standings = List.of();
    seconds(10);

    assertThat(alarm.lines()).isEmpty();
  }

  private void seconds(int times) {
    for (int i = 0; i < times; i++) {
      alarm.look(
          standings,
          id ->
              new TunnelCounters(0, 0, 0, 0, Map.of(DropReason.LOOP, loops.getOrDefault(id, 0L))));
    }
  }
}
