package org.culvert.dns.update;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.dns.update.Tunnels.tunnel;

import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.dns.update.NameDaemon.Kind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What real servers dislike, told in one line each. */
class RefusalsTest {
  private static final Map<Kind, NameDaemon> DAEMONS = new EnumMap<>(Kind.class);
  private static final ServedTunnel TUNNEL =
      tunnel("1", "alice", "alice.tb.example", "2001:db8:100::2", "");

  @AfterAll
  static void stop() {
    DAEMONS.values().forEach(NameDaemon::close);
  }

  private static NameDaemon daemon(Kind kind) {
    return DAEMONS.computeIfAbsent(
        kind, any -> NameDaemon.start(kind, "127.0.0.1", "tb.example", ""));
  }

  private static ServiceException failure(DnsSettings settings, Clock clock) {
    HostLookup nobody = (host, limit) -> List.of();
    try (DynamicUpdateRegistrar registrar =
        new DynamicUpdateRegistrar(
            settings,
            new SignedExchange(
                settings.server(), settings.key(), settings.udp(), settings.timeout(), clock),
            new LameCheck(Duration.ofSeconds(1), 53, nobody),
            nobody)) {
      registrar.provide(TUNNEL);
      throw new AssertionError("it was entered");
    } catch (ServiceException e) {
      assertThat(e.getMessage()).doesNotContain("\n").doesNotContain(Configurations.SECRET);
      return e;
    }
  }

  private static ServiceException failure(int port, Object... written) {
    Object[] all = Arrays.copyOf(written, written.length + 4);
    all[written.length] = "port";
    all[written.length + 1] = port;
    all[written.length + 2] = "timeout";
    all[written.length + 3] = 2;
    return failure(SettingsReader.from(Configurations.of(all)), Clock.systemUTC());
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void namesKeyThatTheServerDoesNotKnow(Kind kind) {
    ServiceException failure = failure(daemon(kind).port(), "key_name", "unknown");

    assertThat(failure).hasMessageContaining("does not know the key \"unknown\"");
    assertThat(failure).hasMessageContaining("BADKEY");
    assertThat(failure.isLasting()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void tellsThatTheServerKnowsTheKeyWithAnotherAlgorithm(Kind kind) {
    ServiceException failure = failure(daemon(kind).port(), "key_algorithm", "hmac-sha512");

    assertThat(failure).hasMessageContaining("BADKEY");
    assertThat(failure.isLasting()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void namesKeyWithAnotherSecret(Kind kind) {
    ServiceException failure =
        failure(daemon(kind).port(), "key_secret", "YW5vdGhlciBzZWNyZXQsIGFsc28gbG9uZyBlbm91Z2g=");

    assertThat(failure).hasMessageContaining("another secret for the key \"culvert\" (BADSIG)");
    assertThat(failure.isLasting()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void tellsHowFarTheClocksAreApart(Kind kind) {
    DnsSettings settings =
        SettingsReader.from(Configurations.of("port", daemon(kind).port(), "timeout", 2));

    ServiceException failure =
        failure(settings, Clock.offset(Clock.systemUTC(), Duration.ofHours(-1)));

    assertThat(failure.getMessage())
        .containsPattern(
            "BADTIME\\): its clock is (3599|360[01]) s ahead of ours, which says 2.*tried again");
    assertThat(failure.isLasting()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void tellsThatTheKeyMayNotUpdate(Kind kind) {
    ServiceException failure = failure(daemon(kind).port(), "key_name", "stranger");

    assertThat(failure).hasMessageContaining("\"stranger\"");
    assertThat(failure).hasMessageContaining(kind == Kind.BIND ? "REFUSED" : "BADKEY");
    assertThat(failure.isLasting()).isTrue();
  }

  @ParameterizedTest
  @EnumSource(names = {"BIND", "KNOT"})
  void namesZoneThatIsNotTheServers(Kind kind) {
    ServiceException failure =
        failure(
            daemon(kind).port(), "zones", new String[] {"example"}, "reverseZones", new String[0]);

    assertThat(failure).hasMessageContaining("NOTAUTH").hasMessageContaining("example");
    // Knot cannot sign it, for its keys belong to zones; so it is not believed, and tried again.
    assertThat(failure.isLasting()).isEqualTo(kind == Kind.BIND);
  }

  @Test
  void tellsThatNobodyListens() {
    // Port 1 is nobody's on a machine that runs tests.
    ServiceException failure = failure(1);

    assertThat(failure)
        .hasMessageContaining("the DNS server 127.0.0.1:1 cannot be reached: Connection refused");
    assertThat(failure.isLasting()).isFalse();
  }
}
