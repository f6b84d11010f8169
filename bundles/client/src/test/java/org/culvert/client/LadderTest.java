package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

class LadderTest {
  private static final List<Transport> AUTO = List.of(Transport.UDP, Transport.TCP);

  @Test
  @Demands({"R-4.4.2-2", "D-4.4-2"})
  void goesDownTheVersionsAndEndsWithTheOldOneOverTcp() {
    Ladder ladder = new Ladder(TunnelType.V6ANYV4, AUTO, Optional.empty(), Optional.empty());

    assertThat(climb(ladder))
        .containsExactly("UDP 2.0.2", "UDP 2.0.1", "UDP 2.0.0", "UDP 2.0", "TCP 1.0.1");
  }

  @Test
  @Demands("R-4.4.1-3")
  void neverAnnouncesTheOldVersionForWhatItDoesNotKnow() {
    assertThat(
            climb(
                new Ladder(
                    TunnelType.V6UDPV4,
                    List.of(Transport.UDP),
                    Optional.empty(),
                    Optional.empty())))
        .containsExactly("UDP 2.0.2", "UDP 2.0.1", "UDP 2.0.0", "UDP 2.0");
    assertThat(climb(new Ladder(TunnelType.V4V6, AUTO, Optional.empty(), Optional.empty())))
        .containsExactly("UDP 2.0.2", "UDP 2.0.1", "UDP 2.0.0", "UDP 2.0");
  }

  @Test
  void turnsToTcpWithTheNewestVersionWhenUdpIsNotAnswered() {
    Ladder ladder = new Ladder(TunnelType.V6V4, AUTO, Optional.empty(), Optional.empty());

    ladder.transportFailed();

    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.TCP, "2.0.2"));
    assertThat(ladder.hasOtherTransport()).isFalse();
    ladder.transportFailed();
    assertThat(ladder.rung()).isEmpty();
  }

  @Test
  void beginsWithWhatWorkedLast() {
    Ladder.Rung worked = new Ladder.Rung(Transport.TCP, "2.0.0");
    Ladder ladder = new Ladder(TunnelType.V6ANYV4, AUTO, Optional.of(worked), Optional.empty());

    assertThat(ladder.rung()).contains(worked);
    ladder.transportFailed();
    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.UDP, "2.0.2"));
  }

  @Test
  void ignoresAMemoryThatTheConfigurationNoLongerAllows() {
    Ladder ladder =
        new Ladder(
            TunnelType.V6ANYV4,
            List.of(Transport.UDP),
            Optional.of(new Ladder.Rung(Transport.TCP, "2.0.2")),
            Optional.empty());

    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.UDP, "2.0.2"));
  }

  @Test
  void oneMessageThatAnybodyCanForgeMovesItToNoOlderVersionThanTheBrokerHasSpoken() {
    Ladder ladder = new Ladder(TunnelType.V6ANYV4, AUTO, Optional.empty(), Optional.of("2.0.1"));

    ladder.versionRefused(false);
    assertThat(ladder.rung()).as("never spoken").contains(new Ladder.Rung(Transport.UDP, "2.0.1"));

    ladder.versionRefused(false);
    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.UDP, "2.0.1"));
    ladder.versionRefused(false);
    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.UDP, "2.0.0"));
    ladder.versionRefused(true);
    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.UDP, "2.0"));
  }

  @Test
  void aBrokerThatProvedItselfNeedNotSayItTwice() {
    Ladder ladder = new Ladder(TunnelType.V6ANYV4, AUTO, Optional.empty(), Optional.of("2.0.2"));

    ladder.versionRefused(true);

    assertThat(ladder.rung()).contains(new Ladder.Rung(Transport.UDP, "2.0.1"));
  }

  private static List<String> climb(Ladder ladder) {
    List<String> tried = new ArrayList<>();
    for (Optional<Ladder.Rung> rung = ladder.rung(); rung.isPresent(); rung = ladder.rung()) {
      tried.add(rung.get().transport() + " " + rung.get().version());
      ladder.versionRefused(true);
    }
    return tried;
  }
}
