package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the client makes of a tunnel out of which nothing comes, at first or any more. */
class SilenceTest {
  @TempDir Path directory;

  @Test
  void actsWithinSecondsOnATunnelThatCarriesNothing() {
    ClientFixture f = fixture();
    f.pass(Duration.ofSeconds(8));
    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.askedTypes()).containsExactly(TunnelType.V6ANYV4, TunnelType.V6UDPV4);
  }

  @Test
  void triesUdpWhenProtocol41IsBlockedLongAfterTheStart() {
    ClientFixture f = fixture();
    f.endpoint.hear();
    f.pass(Duration.ofHours(3));
    f.endpoint.fallSilent(TunnelPlan.ID);
    assertThat(f.askedTypes()).last().isEqualTo(TunnelType.V6ANYV4);

    f.pass(Duration.ofSeconds(8));
    f.endpoint.fallSilent(TunnelPlan.ID);

    assertThat(f.askedTypes()).last().isEqualTo(TunnelType.V6UDPV4);
  }

  /** A type without ports gets equal parameters again; it has to prove itself all the same. */
  @Test
  void actsOnEachSilenceOfATunnelThatIsTheSameAgain() {
    ClientFixture f = fixture();
    f.configs.with("tunnelType", "v6v4");
    for (int i = 0; i < 5; i++) {
      f.endpoint.hear();
      f.pass(Duration.ofHours(1));
      int asked = f.asked().size();
      f.endpoint.fallSilent(TunnelPlan.ID);
      assertThat(f.asked()).hasSize(asked + 1);
      assertThat(f.journal).endsWith("apply [v6v4 quiet]", "accept", "apply [v6v4]", "close");
    }
  }

  @Test
  void actsWhenItIsToldAgainOfASilenceThatItCouldNotActOn() {
    ClientFixture f = fixture();
    f.endpoint.hear();
    f.pass(Duration.ofHours(1));
    f.refuseToAnswer();
    f.endpoint.fallSilent(TunnelPlan.ID);
    f.grant();
    f.pass(Duration.ofSeconds(15));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    int asked = f.asked().size();

    f.endpoint.fallSilent(TunnelPlan.ID);
    f.endpoint.tellSilence(TunnelPlan.ID);

    assertThat(f.asked()).hasSize(asked + 1);
  }

  @Test
  void waitsLongerEachTimeWhereNoTunnelCarriesAnything() {
    ClientFixture f = fixture();
    for (int second = 0; second < 3_600; second++) {
      f.pass(Duration.ofSeconds(1));
      if (second % 8 == 0 && f.phase() == Phase.CONNECTED) {
        f.endpoint.fallSilent(TunnelPlan.ID);
      }
    }

    assertThat(f.askedTypes()).startsWith(TunnelType.V6ANYV4, TunnelType.V6UDPV4);
    assertThat(f.asked().size()).as("sessions in an hour").isBetween(20, 80);
    assertThat(f.lastError()).contains("no packet ever came out of it");
  }

  @Test
  void holdsOnToATunnelThatIsHeardAgain() {
    ClientFixture f = fixture();
    f.endpoint.hear();
    f.pass(Duration.ofHours(1));
    f.refuseToAnswer();
    f.endpoint.fallSilent(TunnelPlan.ID);
    assertThat(f.phase()).isEqualTo(Phase.WAITING);

    f.endpoint.hear();
    f.pass(ReconnectingTunnelClient.POLL);

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    f.grant();
    f.pass(Duration.ofHours(20));
    assertThat(f.client.status().connects()).as("renewed in time").isGreaterThanOrEqualTo(2);
  }

  @Test
  void saysThatAnotherHostUsesTheAccount() {
    TspException refusal =
        TspException.ofPeer(
            StatusCode.ADDRESS_IN_USE, StatusCode.ACCOUNT_IN_USE.text(), Optional.empty());

    Failure failure = Failure.of(BrokerAddress.parse("192.0.2.1", 3653), refusal, Wishes.NONE);

    assertThat(failure.text()).contains("506", "another host", "an account of its own");
    assertThat(failure.lasting()).isFalse();
  }

  private ClientFixture fixture() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.grantTheInterval();
    return f.start();
  }
}
