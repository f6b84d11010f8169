package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.endpoint.Supervision.Finding;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;

/** Keepalives every ten seconds, looked at once a second. */
class SupervisionTest {
  private static final TunnelParameters CLIENT =
      Ends.atClient(TunnelType.V6V4, Ends.outer("192.0.2.9", 0), Ends.outer("192.0.2.1", 0));
  private static final TunnelParameters SERVER =
      Ends.atServer(TunnelType.V6V4, Ends.outer("192.0.2.1", 0), Ends.outer("192.0.2.9", 0));

  private final List<Integer> sent = new ArrayList<>();
  private final List<Integer> sentAt = new ArrayList<>();

  @Test
  void sendsTheFirstRequestAfterAWholeInterval() {
    Supervision watch = watch(CLIENT);

    run(watch, 0, 9, 0);
    assertThat(sent).isEmpty();
    run(watch, 10, 10, 0);
    assertThat(sent).containsExactly(0);
  }

  @Test
  @Demands("R-4.6-10")
  void spreadsRequestsBetweenThreeQuartersOfTheIntervalAndAllOfIt() {
    Supervision watch = watch(CLIENT);
    for (int second = 0; second <= 10_000; second++) {
      run(watch, second, second, second);
    }

    List<Integer> gaps = new ArrayList<>();
    for (int i = 1; i < sentAt.size(); i++) {
      gaps.add(sentAt.get(i) - sentAt.get(i - 1));
    }
    // A gap of 7.5 to 10 seconds ends at the next tick.
    assertThat(gaps).allMatch(gap -> gap >= 8 && gap <= 10).contains(8, 9, 10);
  }

  @Test
  @Demands("R-4.6-11")
  void clientFindsSilenceAfterThreeMisses() {
    Supervision watch = watch(CLIENT);

    int second = firstSilence(watch, 100);

    assertThat(sent).startsWith(0, 1, 2);
    assertThat(second).isEqualTo(sentAt.get(2) + 5).isLessThanOrEqualTo(3 * 10 + 5);
  }

  @Test
  void clientTellsOnceUntilItHearsAgain() {
    Supervision watch = watch(CLIENT);
    int second = firstSilence(watch, 100);

    assertThat(run(watch, second + 1, second + 300, 0)).containsOnly(Finding.AS_BEFORE);
    assertThat(run(watch, second + 301, second + 301, 1)).containsExactly(Finding.HEARD_AGAIN);
    assertThat(run(watch, second + 302, second + 400, 1)).containsOnlyOnce(Finding.SILENT);
  }

  @Test
  void clientTakesAnyPacketForAnAnswer() {
    Supervision watch = watch(CLIENT);

    for (int second = 0; second < 1_000; second++) {
      // Two requests in a row can be missed in twenty seconds, three cannot.
      assertThat(run(watch, second, second, second / 20)).doesNotContain(Finding.SILENT);
    }
  }

  @Test
  void clientCountsMissesOfShortIntervalsToo() {
    TunnelParameters quick =
        new TunnelParameters(
            CLIENT.id(),
            CLIENT.side(),
            CLIENT.type(),
            CLIENT.outer(),
            CLIENT.localAddress(),
            CLIENT.remoteAddress(),
            CLIENT.remotePrefixes(),
            CLIENT.localPrefixes(),
            CLIENT.mtu(),
            CLIENT.keepAlive().map(k -> new KeepAlive(Duration.ofSeconds(1), k.address())));

    assertThat(firstSilence(watch(quick), 100)).isBetween(7, 9);
  }

  @Test
  void serverWaitsThreeIntervalsAndFifteenSeconds() {
    assertThat(firstSilence(watch(SERVER), 100)).isEqualTo(46);
    assertThat(sent).isEmpty();
  }

  @Test
  @Demands("R-4.6-6")
  void serverCountsFromTheLastPacket() {
    Supervision watch = watch(SERVER);
    run(watch, 0, 30, 5);
    run(watch, 31, 31, 6);

    assertThat(run(watch, 32, 31 + 45, 6)).containsOnly(Finding.AS_BEFORE);
    assertThat(run(watch, 31 + 46, 31 + 46, 6)).containsExactly(Finding.SILENT);
  }

  @Test
  void countersThatBeginAnewProveNoLife() {
    Supervision watch = watch(SERVER);
    run(watch, 0, 0, 5);

    run(watch, 1, 1, 0);

    assertThat(watch.silence(nanos(20))).contains(Duration.ofSeconds(20));
  }

  @Test
  void silenceIsUnknownUntilSomethingWasHeard() {
    Supervision watch = watch(SERVER);

    run(watch, 0, 5, 0);
    assertThat(watch.silence(nanos(5))).isEmpty();
    run(watch, 6, 6, 1);
    assertThat(watch.silence(nanos(9))).contains(Duration.ofSeconds(3));
  }

  @Test
  void aTunnelThatMovedGetsItsFullTimeAgain() {
    Supervision watch = new Supervision(SERVER, nanos(100), 7, Optional.of(nanos(10)), jitter());

    assertThat(run(watch, 100, 145, 7)).containsOnly(Finding.AS_BEFORE);
    assertThat(run(watch, 146, 146, 7)).containsExactly(Finding.SILENT);
    assertThat(watch.silence(nanos(146))).contains(Duration.ofSeconds(136));
  }

  private int firstSilence(Supervision watch, int limit) {
    for (int second = 0; second < limit; second++) {
      if (run(watch, second, second, 0).contains(Finding.SILENT)) {
        return second;
      }
    }
    throw new AssertionError("no silence in " + limit + " seconds");
  }

  private List<Finding> run(Supervision watch, int from, int to, long received) {
    List<Finding> findings = new ArrayList<>();
    for (int second = from; second <= to; second++) {
      int now = second;
      findings.add(watch.look(nanos(now), received));
      watch
          .due(nanos(now))
          .ifPresent(
              sequence -> {
                sent.add(sequence);
                sentAt.add(now);
              });
    }
    return findings;
  }

  private static Supervision watch(TunnelParameters tunnel) {
    return new Supervision(tunnel, 0, 0, Optional.empty(), jitter());
  }

  private static Jitter jitter() {
    return new Jitter(new Random(1));
  }

  private static long nanos(int seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
