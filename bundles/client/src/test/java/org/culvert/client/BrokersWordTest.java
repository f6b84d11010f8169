package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.broker.TunnelOffer;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.status.StatusCode;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.SampleOffers;
import org.culvert.testkit.client.ScriptedSignaling;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the broker says about time counts, whatever the client would like. */
class BrokersWordTest {
  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {7, 300})
  @Demands("R-4.6-9")
  void keepsToTheIntervalOfTheBroker(int seconds) {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.signaling.answer(
        (target, asked) ->
            f.offering(
                asked,
                offer(
                    Optional.of(Duration.ofDays(1)),
                    Optional.of(
                        new KeepAlive(Duration.ofSeconds(seconds), SampleOffers.SERVER6)))));
    f.start();

    assertThat(f.signaling.asked().get(0).request().keepAlive()).contains(Duration.ofSeconds(25));
    assertThat(f.endpoint.desired().get(0).keepAlive().orElseThrow().interval())
        .isEqualTo(Duration.ofSeconds(seconds));
  }

  @Test
  @Demands("R-A-2")
  void takesALifetimeThatIsNotToldForADay() {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.signaling.answer(
        (target, asked) -> f.offering(asked, offer(Optional.empty(), Optional.empty())));
    f.start();
    f.pass(Duration.ofMinutes(1440 * 7 / 10 - 1));
    assertThat(f.asked()).hasSize(1);

    f.pass(Duration.ofMinutes(1440 / 10 + 2));

    assertThat(f.asked()).hasSize(2);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @ParameterizedTest
  @EnumSource(names = {"REQUEST_PENDING", "SERVER_BUSY"})
  @Demands("R-B-8")
  void asksAgainSoonAfterAnErrorThatPasses(StatusCode passing) {
    ClientFixture f = new ClientFixture(directory, "192.0.2.1");
    f.configs.with("retryMin", 10).with("retryMax", 86_400);
    f.signaling.answer((target, asked) -> ScriptedSignaling.refused(passing));
    f.start();
    assertThat(f.phase()).isEqualTo(Phase.WAITING);

    f.grant();
    f.pass(Duration.ofSeconds(25));

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  private static TunnelOffer offer(Optional<Duration> lifetime, Optional<KeepAlive> keepAlive) {
    TunnelOffer sample = SampleOffers.ipv6(TunnelType.V6V4);
    return new TunnelOffer(
        sample.id(),
        sample.type(),
        lifetime,
        sample.server(),
        sample.client(),
        keepAlive,
        sample.router(),
        sample.resolvers());
  }
}
