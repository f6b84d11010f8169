package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelStatus.OtherEnd;
import org.culvert.api.tunnel.TunnelStatus.Quiet;
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
  void sendsTheFirstRequestAtOnceAndTheNextOnesSoon() {
    run(watch(CLIENT), 0, 20, 0, true);

    // Gaps double until the interval of 10 s is reached; the third packet comes after more than the
    // two seconds after which a tracker believes in a stream.
    assertThat(sentAt).startsWith(0, 1, 3, 7).hasSize(5);
    assertThat(sent).containsExactly(0, 1, 2, 3, 4);
  }

  @Test
  void beginsAShortIntervalWithTheIntervalItself() {
    run(watch(every(CLIENT, 2)), 0, 6, 0, true);

    assertThat(sentAt).containsExactly(0, 2, 4, 6);
  }

  @Test
  @Demands("R-4.6-10")
  void spreadsRequestsBetweenThreeQuartersOfTheIntervalAndAllOfIt() {
    run(watch(CLIENT), 0, 10_000, 0, true);

    // A gap of 7.5 to 10 seconds ends at the last tick in it.
    assertThat(gaps(7)).containsOnly(8, 9);
  }

  /** Ticks do not come exactly once a second: nothing may be put off past the interval for that. */
  @Test
  void neverSendsLaterThanTheIntervalHoweverTheTicksFall() {
    Supervision watch = watch(every(CLIENT, 25));
    Random random = new Random(3);
    List<Long> at = new ArrayList<>();
    long received = 0;
    for (long now = 0;
        now < nanos(20_000);
        now += Duration.ofMillis(1_000).toNanos() + random.nextInt(9_000_000)) {
      watch.look(now, received++);
      if (watch.due(now).isPresent()) {
        at.add(now);
      }
    }

    for (int i = 7; i < at.size(); i++) {
      assertThat(at.get(i) - at.get(i - 1)).isBetween(nanos(25) * 3 / 4, nanos(25) + 20_000_000);
    }
  }

  /** A mapping that lasts 30 s outlives the default interval also if one request is lost. */
  @Test
  void repeatsALostRequestSoThatA30SecondMappingOutlivesIt() {
    Supervision watch = watch(every(CLIENT, 25));
    run(watch, 0, 1_000, 0, true);
    int last = sentAt.get(sentAt.size() - 1);
    int before = sentAt.size();

    run(watch, 1_001, last + 29, 1_001, false);

    int lost = sentAt.get(before);
    assertThat(lost - last).isBetween(19, 25);
    assertThat(sentAt.get(before + 1)).isEqualTo(lost + 2);
  }

  @Test
  @Demands("R-4.6-11")
  void clientFindsSilenceAfterThreeMisses() {
    Supervision watch = watch(every(CLIENT, 25));
    run(watch, 0, 200, 0, true);
    int sentBefore = sentAt.size();

    int second = firstSilence(watch, 201, 300, 1_000);

    List<Integer> inVain = sentAt.subList(sentBefore, sentAt.size());
    assertThat(inVain).hasSize(3);
    assertThat(inVain.get(1) - inVain.get(0)).isEqualTo(2);
    assertThat(inVain.get(2) - inVain.get(1)).isEqualTo(10);
    assertThat(second).isEqualTo(inVain.get(2) + 5);
  }

  /** A NAT that forgets after more than the one and no more than the other would be like that. */
  @Test
  void clientTellsHowLongItWasQuietAtMostAndAtLast() {
    Supervision watch = watch(every(CLIENT, 25));
    // Requests go out after 0, 1, 3, 7 and 15 s, and each answer is seen a second later.
    for (int second = 0; second < 15; second++) {
      run(watch, second, second, second <= 1 ? second : second <= 3 ? 2 : second <= 7 ? 3 : 4);
    }
    assertThat(watch.quiet()).contains(quiet(3, 0));

    firstSilence(watch, 15, 100, 4);

    assertThat(watch.quiet()).contains(quiet(3, 7));
  }

  @Test
  void aRequestThatWasLostAndRepeatedMakesNoLongerQuiet() {
    Supervision watch = watch(every(CLIENT, 25));
    run(watch, 0, 0, 0);
    run(watch, 1, 2, 1);

    run(watch, 3, 5, 1);
    run(watch, 6, 6, 2);

    assertThat(watch.quiet()).contains(quiet(0, 0));
  }

  @Test
  void aServerAsksForNoSignOfLife() {
    assertThat(watch(SERVER).quiet()).isEmpty();
  }

  @Test
  void clientNoticesWithinSecondsThatNothingEverComes() {
    Supervision watch = watch(every(CLIENT, 300));
    assertThat(watch.otherEnd()).isEqualTo(OtherEnd.AWAITED);

    assertThat(firstSilence(watch, 0, 100, 0)).isEqualTo(8);
    assertThat(watch.otherEnd()).isEqualTo(OtherEnd.SILENT);
    assertThat(watch.silence(nanos(8))).isEmpty();
  }

  /** The server waits three intervals and fifteen seconds, the broker three and five. */
  @Test
  void clientNeverNoticesLaterThanAfterThreeIntervalsAndFiveSeconds() {
    for (int interval : new int[] {1, 2, 3, 4, 5, 6, 10, 14, 25, 30, 60, 300}) {
      Supervision watch = watch(every(CLIENT, interval));
      run(watch, 0, 3 * interval + 60, 0, true);

      int begin = 3 * interval + 61;
      int second = firstSilence(watch, begin, 2_000, 10_000);

      assertThat(second - begin).as("interval %d", interval).isLessThanOrEqualTo(3 * interval + 5);
    }
  }

  @Test
  void clientTellsAgainAndAgainUntilItHears() {
    Supervision watch = watch(CLIENT);
    int second = firstSilence(watch, 0, 100, 0);

    List<Finding> findings = run(watch, second + 1, second + 300, 0);

    assertThat(findings).containsOnly(Finding.AS_BEFORE, Finding.STILL_SILENT);
    assertThat(findings).filteredOn(Finding.STILL_SILENT::equals).hasSize(30);
    assertThat(run(watch, second + 301, second + 301, 1)).containsExactly(Finding.HEARD);
    assertThat(run(watch, second + 302, second + 400, 1)).containsOnlyOnce(Finding.SILENT);
    assertThat(run(watch, second + 401, second + 401, 2)).containsExactly(Finding.HEARD_AGAIN);
    assertThat(watch.otherEnd()).isEqualTo(OtherEnd.HEARD);
  }

  @Test
  void clientTakesAnyPacketForAnAnswer() {
    Supervision watch = watch(CLIENT);

    for (int second = 0; second < 1_000; second++) {
      // Three requests can be missed in that time, but fifteen seconds are not over.
      assertThat(run(watch, second, second, second / 15 + 1)).doesNotContain(Finding.SILENT);
    }
  }

  @Test
  void clientCountsMissesOfShortIntervalsToo() {
    assertThat(firstSilence(watch(every(CLIENT, 1)), 0, 100, 0)).isEqualTo(7);
  }

  @Test
  void serverWaitsThreeIntervalsAndFifteenSeconds() {
    assertThat(firstSilence(watch(SERVER), 0, 100, 0)).isEqualTo(46);
    assertThat(sent).isEmpty();
  }

  /**
   * Whoever was told too early, or lost the word, is told again: the same tunnel may be agreed
   * anew.
   */
  @Test
  void serverTellsAgainAndAgainToo() {
    Supervision watch = watch(SERVER);
    firstSilence(watch, 0, 100, 0);

    List<Finding> findings = run(watch, 47, 47 + 99, 0);

    assertThat(findings).filteredOn(Finding.STILL_SILENT::equals).hasSize(10);
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
    assertThat(watch.otherEnd()).isEqualTo(OtherEnd.AWAITED);
    run(watch, 6, 6, 1);
    assertThat(watch.silence(nanos(9))).contains(Duration.ofSeconds(3));
    assertThat(watch.otherEnd()).isEqualTo(OtherEnd.HEARD);
  }

  @Test
  void whatCameBeforeItBeganProvesNothing() {
    Supervision watch = new Supervision(SERVER, nanos(100), 7, jitter());

    assertThat(run(watch, 100, 145, 7)).containsOnly(Finding.AS_BEFORE);
    assertThat(run(watch, 146, 146, 7)).containsExactly(Finding.SILENT);
    assertThat(watch.silence(nanos(146))).isEmpty();
  }

  private List<Integer> gaps(int from) {
    List<Integer> gaps = new ArrayList<>();
    for (int i = from; i < sentAt.size(); i++) {
      gaps.add(sentAt.get(i) - sentAt.get(i - 1));
    }
    return gaps;
  }

  private int firstSilence(Supervision watch, int from, int limit, long received) {
    for (int second = from; second < limit; second++) {
      if (run(watch, second, second, received).contains(Finding.SILENT)) {
        return second;
      }
    }
    throw new AssertionError("no silence in " + limit + " seconds");
  }

  private List<Finding> run(Supervision watch, int from, int to, long received) {
    return run(watch, from, to, received, false);
  }

  /** Looks once a second; {@code received} packets have come, and one more each second if alive. */
  private List<Finding> run(Supervision watch, int from, int to, long received, boolean alive) {
    List<Finding> findings = new ArrayList<>();
    for (int second = from; second <= to; second++) {
      int now = second;
      findings.add(watch.look(nanos(now), alive ? received + second + 1 : received));
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

  private static TunnelParameters every(TunnelParameters tunnel, int seconds) {
    return new TunnelParameters(
        tunnel.id(),
        tunnel.side(),
        tunnel.type(),
        tunnel.outer(),
        tunnel.localAddress(),
        tunnel.remoteAddress(),
        tunnel.remotePrefixes(),
        tunnel.localPrefixes(),
        tunnel.mtu(),
        tunnel.keepAlive().map(k -> new KeepAlive(Duration.ofSeconds(seconds), k.address())));
  }

  private static Supervision watch(TunnelParameters tunnel) {
    return new Supervision(tunnel, 0, 0, jitter());
  }

  private static Quiet quiet(int survived, int last) {
    return new Quiet(Duration.ofSeconds(survived), Duration.ofSeconds(last));
  }

  private static Jitter jitter() {
    return new Jitter(new Random(1));
  }

  private static long nanos(int seconds) {
    return Duration.ofSeconds(seconds).toNanos();
  }
}
