package org.culvert.itests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.culvert.itests.attack.Figures;
import org.culvert.testkit.trace.Promise;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Attacks on the archive as it ships, at bounded rates, while users log in: what each costs the
 * attacker and takes from users is printed, and what is promised must hold. Nothing is judged by
 * how long it takes.
 *
 * <p>{@code -Dculvert.attack.seconds=600} makes those long that could go on for ever.
 */
class AttackIT {
  private static final int SECONDS = Integer.getInteger("culvert.attack.seconds", 12);
  private static final String AS_IT_SHIPS = "";

  /** The smallest that a broker is given, so that what is not bounded is seen soon. */
  private static final String SMALL_HEAP = "-Xmx96m";

  private static final int MOST_AMPLIFICATION = 5;

  /** Neighbors look for each other, besides. */
  private static final int OTHER_PACKETS = 100;

  private static final double PER_MINUTE = 60;

  @TempDir static Path unpacked;
  @TempDir Path folder;

  @BeforeAll
  static void unpack() throws IOException, InterruptedException {
    assumeTrue(
        Files.isWritable(Path.of("/dev/net/tun")) && "root".equals(System.getProperty("user.name")),
        "networks of their own need root");
    String archive = System.getProperty("culvert.assembly");
    assertThat(
            new ProcessBuilder(
                    "tar", "-xzf", archive, "-C", unpacked.toString(), "--strip-components", "1")
                .inheritIO()
                .start()
                .waitFor())
        .isZero();
  }

  private Figures after(String attack, String javaOptions)
      throws IOException, InterruptedException {
    return new Siege(unpacked, folder).of(attack, SECONDS, javaOptions);
  }

  private static void assertAllLogIn(Figures figures, String way) {
    assertLogIn(figures, way, 0);
  }

  private static void assertLogIn(Figures figures, String way, long mostRefused) {
    for (String when : new String[] {"before", "during", "after"}) {
      String name = "log-ins " + way + " " + when;
      assertThat(figures.of(name)).as(name).isPositive();
      assertThat(figures.of(name + ", refused"))
          .as(name + ", refused")
          .isLessThanOrEqualTo(mostRefused);
    }
  }

  private static void assertGuesses(Figures figures, String whose, int burst, int perMinute) {
    long looked = figures.of("attacker: guesses looked at" + whose);
    double minutes = figures.of("attacker: seconds" + whose) / PER_MINUTE;
    assertThat(looked)
        .as("guesses looked at%s", whose)
        .isBetween((long) burst, (long) (burst + perMinute * minutes) + 1);
  }

  /** Two datagrams begin a session that has proved nothing, and can be put out. */
  @Promise("P5")
  @Threat({"T5", "T6"})
  @Test
  void sessionsInForeignNamesKeepNobodyOut() throws Exception {
    Figures figures = after("spoofed-anonymous", AS_IT_SHIPS);

    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
    assertThat(figures.of("forged addresses: datagrams"))
        .isLessThanOrEqualTo(figures.of("attacker: datagrams") + OTHER_PACKETS);
    assertThat(figures.of("forged addresses: octets in them"))
        .isLessThanOrEqualTo(MOST_AMPLIFICATION * figures.of("attacker: octets in them"));
  }

  @Promise("P5")
  @Threat("T5")
  @Test
  void headerAloneGetsNoMoreThanItHas() throws Exception {
    Figures figures = after("repeated-header", AS_IT_SHIPS);

    assertThat(figures.of("attacker: headers sent")).isPositive();
    assertThat(figures.of("forged addresses: octets answered to them"))
        .isLessThanOrEqualTo(figures.of("attacker: octets of them"));
  }

  @Promise("P5")
  @Threat("T5")
  @Test
  void victimOfReflectionGetsWhatTheRateLeaves() throws Exception {
    Figures figures = after("reflection", AS_IT_SHIPS);

    long sent = figures.of("attacker: datagrams");
    long whole = 200 + 50 * figures.of("attacker: seconds");
    // As many that begin as that are said again, and of the rest of a port every fourth is told.
    assertThat(figures.of("forged address: datagrams"))
        .isLessThanOrEqualTo(2 * whole + sent / 4 + OTHER_PACKETS);
    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
  }

  @Promise("P5")
  @Threat("T5")
  @Test
  void noDatagramBeforeAPasswordIsAmplified() throws Exception {
    Figures figures = after("proportions", AS_IT_SHIPS);

    assertThat(figures.of("forged addresses: octets")).isPositive();
    assertThat(figures.of("most answers to one datagram")).isLessThanOrEqualTo(1);
    assertThat(figures.of("most octets for 100")).isLessThanOrEqualTo(100 * MOST_AMPLIFICATION);
  }

  /** Those who come over TCP have proved their address, and may fill what is there for them. */
  @Threat("T6")
  @Test
  void linesWithoutAnEndDoNotFillTheHeap() throws Exception {
    Figures figures = after("endless-lines", SMALL_HEAP);

    assertThat(figures.of("attacker: sessions taken")).isPositive();
    assertAllLogIn(figures, "udp");
    assertThat(figures.of("log-ins tcp after, refused")).isZero();
  }

  @Threat("T6")
  @Test
  void handshakesOfTlsDoNotFillTheHeap() throws Exception {
    Figures figures = after("tls-handshakes", SMALL_HEAP);

    assertThat(figures.of("attacker: handshakes begun")).isPositive();
    assertAllLogIn(figures, "udp");
    assertThat(figures.of("log-ins tcp after, refused")).isZero();
  }

  @Threat("T8")
  @Test
  void connectionsThatSayAnOctetNowAndThenAreEnded() throws Exception {
    Figures figures = after("drip-feed", AS_IT_SHIPS);

    assertThat(figures.of("attacker: connections left open")).isZero();
    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
  }

  @Threat("T9")
  @Test
  void manyGuessesAtOnceAreNoWayAroundTheLimit() throws Exception {
    Figures figures = after("failures-at-once", AS_IT_SHIPS);

    assertGuesses(figures, "", 20, 10);
    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
  }

  @Threat("T9")
  @Test
  void networkGuessesNoMoreForAllItsSources() throws Exception {
    Figures figures = after("guesses-of-a-network", AS_IT_SHIPS);

    assertGuesses(figures, " of one /48", 80, 40);
    assertGuesses(figures, " of many /48", 80, 40);
    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
  }

  @Threat("T19")
  @Test
  void thereAreNoMoreAnonymousTunnelsThanAllowed() throws Exception {
    Figures figures = after("crowd-of-anonymous", AS_IT_SHIPS);

    assertThat(figures.of("attacker: tunnels")).isEqualTo(1_000);
    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
  }

  @Threat("T6")
  @Test
  void sessionsInAUsersNameDoNotKeepHimOut() throws Exception {
    Figures figures = after("victims-sessions", AS_IT_SHIPS);

    // The first burst is as large as the room of one source: who has just begun asks once more.
    assertLogIn(figures, "udp", 1);
    assertAllLogIn(figures, "tcp");
  }

  @Threat("T9")
  @Test
  void failuresInAUsersNameDoNotKeepHimOut() throws Exception {
    Figures figures = after("victims-failures", AS_IT_SHIPS);

    assertAllLogIn(figures, "udp");
    assertAllLogIn(figures, "tcp");
  }

  /** Who asks again is let in; who is dropped four times in a row is told to come back later. */
  @Promise("P5")
  @Threat({"T6", "T9"})
  @Test
  void whateverIsSentBlindlyInAUsersNameDoesNotKeepHimOut() throws Exception {
    Figures figures = after("blind-flood", AS_IT_SHIPS);

    assertThat(figures.of("attacker: tries to authenticate")).isGreaterThan(20);
    assertLogIn(figures, "udp", 1);
    assertAllLogIn(figures, "tcp");
    assertThat(figures.of("log-ins udp, tries until the first after")).isEqualTo(1);
  }

  @Threat("T19")
  @Test
  void tunnelsAcceptedBlindlyMakeRoomForThoseThatAreUsed() throws Exception {
    Figures figures = after("blind-tunnels", AS_IT_SHIPS);

    assertThat(figures.of("attacker: tunnels that he asked for and accepted")).isGreaterThan(1_000);
    for (String way : new String[] {"udp", "tcp", "anonymous udp", "anonymous tcp"}) {
      assertAllLogIn(figures, way);
    }
  }

  @Threat("T13")
  @Test
  void datagramsInAUsersNameTakeNoTunnelThatIsUsed() throws Exception {
    Figures figures = after("displaced-tunnel", AS_IT_SHIPS);

    assertThat(figures.of("victim: echo requests answered before")).isEqualTo(1);
    assertThat(figures.of("victim: echo requests answered after"))
        .isEqualTo(figures.of("attacker: times that he tried"));
  }

  /** Signaling in the clear and over TLS; the shell and whatever Java opens are for this host. */
  @Threat("T24")
  @Test
  void nothingButSignalingAnswersOtherHosts() throws Exception {
    Figures figures = after("port-scan", AS_IT_SHIPS);

    assertThat(figures.of("attacker: port 3653 answers")).isEqualTo(1);
    assertThat(figures.of("attacker: port 3654 answers")).isEqualTo(1);
    assertThat(figures.of("attacker: ports that answer")).isEqualTo(2);
  }
}
