package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.ClientFixture.address;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.testkit.client.RecordingService;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The time of day jumps; nothing hangs, and nothing comes early. */
class JumpingClockTest {
  private static final Duration LIFETIME = Duration.ofMinutes(1440);

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"P1D", "P-1D", "P31D", "P-20000D"})
  void silenceIsNoticedAndRenewalComesInTime(Duration jump) {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1").startConnected();

    f.clock.jump(jump);
    f.pass(LIFETIME.multipliedBy(7).dividedBy(10).minusMinutes(1));
    assertThat(f.asked()).hasSize(1);
    f.pass(LIFETIME.dividedBy(10).plusMinutes(2));
    assertThat(f.asked()).hasSize(2);

    f.clock.jump(jump.negated());
    f.pass(Duration.ofSeconds(60));
    f.clock.jump(jump);
    f.endpoint.fallSilent(TunnelPlan.ID);
    assertThat(f.asked()).hasSize(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1D", "P-1D", "P-20000D"})
  void waitsNeitherLongerNorShorterAfterAFailure(Duration jump) {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("transports", "udp").with("retryMin", 10).with("retryMax", 40);
    f.start();

    f.clock.jump(jump);
    f.pass(Duration.ofSeconds(9));
    assertThat(f.asked()).hasSize(1);
    f.pass(Duration.ofSeconds(11));
    assertThat(f.asked()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1D", "P-1D"})
  void anotherNetworkStillCutsALongWaitShort(Duration jump) {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("retryMin", 10).with("retryMax", 86400);
    f.start();
    f.pass(Duration.ofDays(10));
    int before = f.asked().size();

    f.clock.jump(jump);
    f.localAddresses = Set.of(address("203.0.113.9", 0).getAddress());
    f.signaling.comeFrom(address("203.0.113.9", 41000));
    f.grant();
    f.pass(Duration.ofSeconds(25));

    assertThat(f.asked()).hasSize(before + 1);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @ParameterizedTest
  @ValueSource(strings = {"P1D", "P-1D", "P-20000D"})
  void theShownAgesAreRight(Duration jump) {
    List<String> deeds = new ArrayList<>();
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("user", "alice").with("password", "s3").with("prefixLength", 56);
    f.startConnected();
    RecordingService.OfPrefixes lan = new RecordingService.OfPrefixes("lan", deeds);
    f.services.bind(lan);
    f.pass(Duration.ofSeconds(90));

    f.clock.jump(jump);
    Instant now = f.time.wall().instant();

    assertThat(Duration.between(f.client.status().since(), now)).isEqualTo(Duration.ofSeconds(90));
    assertThat(f.client.status().services())
        .allSatisfy(
            service ->
                assertThat(Duration.between(service.since(), now))
                    .isEqualTo(Duration.ofSeconds(90)));
  }
}
