package org.culvert.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.culvert.client.ClientFixture.address;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.culvert.api.client.ClientStatus.Phase;
import org.culvert.api.service.PrefixService;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.client.RecordedExchange;
import org.culvert.testkit.client.SampleOffers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever throws, the client asks again. */
class UnexpectedTest {
  @TempDir Path directory;

  static Stream<Throwable> unexpected() {
    return Stream.of(new IllegalStateException("a fault"), new NoClassDefFoundError("an update"));
  }

  private static void fail(Throwable cause) {
    if (cause instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) cause;
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void signalingThatThrowsIsAFailureLikeAnyOther(Throwable cause) {
    ClientFixture f = fixture();
    f.signaling.answer(
        (target, asked) -> {
          fail(cause);
          return null;
        });
    f.start();

    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.lastError()).contains(cause.getClass().getSimpleName()).contains("see the log");
    f.grant();
    f.pass(Duration.ofSeconds(10));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @ParameterizedTest
  @MethodSource("unexpected")
  void anEndpointThatThrowsLeavesNoExchangeOpen(Throwable cause) {
    ClientFixture f = fixture();
    f.endpoint.stand(
        tunnel -> {
          fail(cause);
          return new TunnelState.Up("", "");
        });
    f.startConnected();

    assertThat(f.phase()).isEqualTo(Phase.WAITING);
    assertThat(f.journal).last().isEqualTo("close");
    f.endpoint.stand(tunnel -> new TunnelState.Up("recorded", "culvert1"));
    f.pass(Duration.ofSeconds(10));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void anExchangeThatCannotEvenBeClosedStopsNothing() {
    ClientFixture f = fixture();
    f.signaling.answer(
        (target, asked) ->
            CompletableFuture.completedFuture(
                new OtherwiseClosed(
                    new RecordedExchange(
                        SampleOffers.ipv6(TunnelType.V6V4), asked.path(), f.journal),
                    () -> {
                      throw new IllegalStateException("cannot close");
                    })));
    f.start();

    f.grant();
    f.pass(Duration.ofSeconds(30));

    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void addressesThatCannotBeReadAreLookedAtAgain() {
    ClientFixture f = fixture().startConnected();
    f.addressesFail = Optional.of(new InternalError("netlink"));
    f.pass(Duration.ofMinutes(1));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.asked()).hasSize(1);

    f.addressesFail = Optional.empty();
    f.localAddresses = Set.of(address("203.0.113.9", 0).getAddress());
    f.signaling.comeFrom(address("203.0.113.9", 41000));
    f.pass(ReconnectingTunnelClient.POLL);

    assertThat(f.asked()).hasSize(2);
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
  }

  @Test
  void aRenewalThatThrowsIsTriedAgainAndTheTunnelStays() {
    ClientFixture f = fixture().startConnected();
    f.signaling.answer(
        (target, asked) -> {
          throw new IllegalStateException("a fault");
        });
    f.pass(Duration.ofHours(20));
    assertThat(f.phase()).isEqualTo(Phase.CONNECTED);
    assertThat(f.endpoint.desired()).hasSize(1);

    f.grant();
    f.pass(Duration.ofMinutes(5));

    assertThat(f.client.status().connects()).isEqualTo(2);
  }

  @Test
  void aServiceThatThrowsAnErrorIsToldAgain() {
    ClientFixture f = fixture();
    f.configs.with("user", "alice").with("password", "s3").with("prefixLength", 56);
    f.signaling.answer(
        (target, asked) ->
            f.offering(asked, SampleOffers.withPrefix(TunnelType.V6V4, "2001:db8:1200::/56")));
    f.start();
    Fragile service = new Fragile();
    service.broken = true;
    f.services.bind(service);
    f.pass(Duration.ofSeconds(1));
    assertThat(service.deeds).isEmpty();

    service.broken = false;
    f.pass(Duration.ofSeconds(10));
    assertThat(service.deeds).containsExactly("provide");

    service.broken = true;
    f.pass(Duration.ofSeconds(60));
    service.broken = false;
    service.wrong = List.of("gone");
    f.pass(Duration.ofMinutes(3));
    assertThat(service.deeds.size()).as("it is looked after still").isGreaterThan(1);
  }

  /** Throws errors, as a bundle does that is being updated. */
  private static final class Fragile implements PrefixService {
    final List<String> deeds = new ArrayList<>();
    boolean broken;
    List<String> wrong = List.of();

    @Override
    public String name() {
      return "fragile";
    }

    @Override
    public void provide(ServedTunnel tunnel) {
      check();
      deeds.add("provide");
      wrong = List.of();
    }

    @Override
    public void withdraw(ServedTunnel tunnel) {
      check();
    }

    @Override
    public List<String> verify(ServedTunnel tunnel) {
      check();
      return wrong;
    }

    private void check() {
      if (broken) {
        throw new NoClassDefFoundError("an update");
      }
    }
  }

  private ClientFixture fixture() {
    return new ClientFixture(directory, "192.0.2.1");
  }
}
