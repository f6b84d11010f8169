package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.signaling.RefusedAttempt;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

/** What the operator learns of those who are refused, however many they are. */
class RefusalLogTest {
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final int ENTRIES = 1_000;

  private final List<String> lines = new ArrayList<>();
  private long now;
  private final InstantSource dates = () -> BEGIN.plusNanos(now);
  private final RefusalLog log = new RefusalLog(lines::add, dates, () -> now, ENTRIES);

  private static RefusalLog.Event event(String user, String address, boolean proved) {
    return new RefusalLog.Event(
        proved ? Transport.TCP : Transport.UDP,
        new InetSocketAddress(IpAddresses.parse(address), 4000),
        proved,
        Optional.of(user),
        Optional.of("#" + user),
        Optional.of("SCRAM-SHA-256"),
        Optional.of(StatusCode.AUTHENTICATION_FAILED),
        "authentication failed: wrong password");
  }

  private void fails(String user, String address, boolean proved) {
    log.note(event(user, address, proved));
  }

  private void passes(Duration time) {
    now += time.toNanos();
  }

  @Test
  void lineSaysWhoFromWhereHowWhatAndWhy() {
    fails("alice", "192.0.2.1", true);
    log.note(
        RefusalLog.Event.of(
            Transport.TLS,
            new InetSocketAddress(IpAddresses.parse("2001:db8::1"), 5),
            Optional.empty(),
            "TLS handshake failed"));

    assertThat(lines)
        .containsExactly(
            "refused: user alice, 192.0.2.1:4000 over TCP, SCRAM-SHA-256: 300 authentication"
                + " failed: wrong password",
            "refused: [2001:db8::1]:5 over TLS: closed, TLS handshake failed");
  }

  @Test
  void eachUserAndEachSourceHasALineAMinuteHoweverOftenAnotherFails() {
    for (int i = 0; i < 10_000; i++) {
      fails("mallory", "192.0.2.1", true);
    }
    int before = lines.size();
    fails("alice", "192.0.2.1", true);
    fails("mallory", "192.0.2.2", true);

    assertThat(before).isLessThan(100);
    assertThat(lines.subList(before, lines.size()))
        .satisfiesExactly(
            line -> assertThat(line).contains("user alice"),
            line -> assertThat(line).contains("192.0.2.2"));
  }

  @Test
  void whatHasNoLineIsCountedAndLostNowhere() {
    for (int i = 0; i < 10_000; i++) {
      fails("mallory", "192.0.2.1", true);
    }
    int written = lines.size();
    passes(Duration.ofMinutes(1));
    log.settle();
    log.settle();

    assertThat(lines).hasSize(written + 1);
    assertThat(lines.get(written)).contains((10_000 - written) + " more in the last minute");
    assertThat(log.latest())
        .singleElement()
        .satisfies(attempt -> assertThat(attempt.times()).isEqualTo(10_000));
  }

  @Test
  void thoseWhoseAddressMayBeForgedPushNobodyElseOut() {
    fails("alice", "192.0.2.1", true);
    for (int i = 0; i < 100_000; i++) {
      fails("u" + i, "10." + (i >> 16) + "." + (i >> 8 & 255) + "." + (i & 255), false);
    }
    int before = lines.size();
    fails("bob", "192.0.2.2", true);

    assertThat(before).isLessThan(200);
    assertThat(lines).hasSize(before + 1);
    assertThat(log.latest())
        .hasSizeLessThan(100)
        .extracting(RefusedAttempt::user)
        .contains(Optional.of("alice"), Optional.of("bob"));
  }

  @Test
  void latestComesFirstAndWhatIsAlikeIsOne() {
    fails("alice", "192.0.2.1", true);
    passes(Duration.ofSeconds(1));
    fails("bob", "192.0.2.1", true);
    passes(Duration.ofSeconds(1));
    fails("alice", "192.0.2.1", true);

    assertThat(log.latest())
        .extracting(attempt -> attempt.user().orElseThrow() + " " + attempt.times())
        .containsExactly("alice 2", "bob 1");
    assertThat(log.latest().get(0).last()).isEqualTo(BEGIN.plusSeconds(2));
  }

  @Test
  @Threat("T28")
  void nothingOfTheClientsForgesALine() {
    log.note(
        new RefusalLog.Event(
            Transport.TCP,
            new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 1),
            true,
            Optional.of("a\r\nrefused: user \u001b[31mroot"),
            Optional.empty(),
            Optional.of("X".repeat(1000)),
            Optional.of(StatusCode.AUTHENTICATION_FAILED),
            "sasl\nmechanism"));

    assertThat(lines.get(0)).hasSizeLessThan(200).doesNotContain("\r", "\n", "\u001b");
  }

  @Test
  @Threat("T9")
  void whoMakesNamesUpHasOneRowAndTheLinesOfOneSource() {
    fails("alice", "192.0.2.2", true);
    int before = lines.size();
    for (int i = 0; i < 10_000; i++) {
      log.note(
          new RefusalLog.Event(
              Transport.TCP,
              new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 4000),
              true,
              Optional.empty(),
              Optional.of("#" + i),
              Optional.of("PLAIN"),
              Optional.of(StatusCode.AUTHENTICATION_FAILED),
              "authentication failed: there is no such user"));
    }

    assertThat(lines.size() - before).isLessThan(100);
    assertThat(lines.get(before)).startsWith("refused: user #0, 192.0.2.1:4000 over TCP, PLAIN");
    assertThat(log.latest())
        .extracting(attempt -> attempt.user().orElseThrow() + " " + attempt.times())
        .containsExactlyInAnyOrder("#9999 10000", "alice 1");
  }

  @Test
  void whoIsRefusedInEverNewWaysTakesNobodysRow() {
    fails("alice", "192.0.2.1", true);
    strange("192.0.2.7", "SCRAM-SHA-1");
    for (int i = 0; i < 420; i++) {
      strange("198.51.100.9", "X" + i);
    }

    assertThat(rows()).filteredOn(row -> row.contains("198.51.100.9")).hasSize(8);
    assertThat(rows()).anyMatch(row -> row.contains("192.0.2.7"));
    assertThat(rows()).anyMatch(row -> row.contains("alice"));
  }

  @Test
  void strangersTakeNeitherRowNorLineOfAUser() {
    fails("alice", "192.0.2.1", true);
    for (int i = 0; i < 2_000; i++) {
      strange("198.18." + i / 250 + "." + i % 250, "SCRAM-SHA-256");
    }
    lines.clear();
    fails("bob", "192.0.2.2", true);

    assertThat(rows()).anyMatch(row -> row.contains("alice")).anyMatch(row -> row.contains("bob"));
    assertThat(lines).singleElement().asString().contains("user bob");
  }

  private void strange(String address, String mechanism) {
    log.note(
        new RefusalLog.Event(
            Transport.TCP,
            new InetSocketAddress(IpAddresses.parse(address), 4000),
            true,
            Optional.empty(),
            Optional.of("#0011"),
            Optional.of(mechanism),
            Optional.of(StatusCode.AUTHENTICATION_FAILED),
            "no such mechanism"));
  }

  private List<String> rows() {
    return log.latest().stream().map(RefusalLog::line).toList();
  }

  @Test
  void addressesAreShownAsTheOperatorWants() {
    try (UserAddresses.Registration hidden = UserAddresses.in(address -> "somewhere")) {
      fails("alice", "192.0.2.1", true);
    }

    assertThat(lines.get(0)).contains("user alice, somewhere:4000").doesNotContain("192.0.2.1");
    assertThat(log.latest().get(0).source()).isEqualTo("somewhere:4000");
  }
}
