package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.InMemoryNetwork;
import org.junit.jupiter.api.Test;

/** The operator names a datapath that may not be there. */
class NamedDatapathTest {
  private static final Duration SWAP = Duration.ofSeconds(15);
  private static final Duration LONG = Duration.ofSeconds(21);
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.1", 40_000));

  private final InMemoryNetwork network = new InMemoryNetwork();

  @Test
  void aNameThatNoneHasIsToldWithTheNearestThatOneHas() {
    try (Ends server = named("usrspace")) {
      server.executor.advance(LONG);

      assertThat(server.endpoint.mistakes())
          .containsExactly(
              "etc/org.culvert.endpoint.server.cfg: datapath = \"usrspace\": no such datapath is"
                  + " active, and tunnels wait for it; is userspace meant?");
      assertThat(server.endpoint.alarms()).containsExactlyElementsOf(server.endpoint.mistakes());
    }
  }

  @Test
  void aNameThatIsNearToNoneIsToldWithAllThatThereAre() {
    try (Ends server = named("foo")) {
      server.executor.advance(LONG);

      assertThat(server.endpoint.mistakes())
          .singleElement()
          .asString()
          .endsWith("write one of auto, userspace, or install it");
    }
  }

  @Test
  void oneThatIsSwappedIsNotTold() {
    try (Ends server = named("userspace")) {
      server.apply(TUNNEL);
      for (int i = 0; i < 3; i++) {
        server.endpoint.unbind(server.datapath);
        server.executor.advance(SWAP);
        assertThat(server.endpoint.mistakes()).isEmpty();

        server.endpoint.bind(server.datapath, 0);
        server.executor.advance(SWAP);
      }

      assertThat(server.endpoint.mistakes()).isEmpty();
      assertThat(server.state("seven")).isInstanceOf(TunnelState.Up.class);
    }
  }

  @Test
  void oneThatGoesForGoodIsToldUntilItComesBack() {
    try (Ends server = named("userspace")) {
      server.endpoint.unbind(server.datapath);
      server.executor.advance(LONG);
      assertThat(server.endpoint.mistakes()).hasSize(1);

      server.endpoint.bind(server.datapath, 0);
      assertThat(server.endpoint.mistakes()).isEmpty();
    }
  }

  @Test
  void nothingIsToldWhereAnyMayBeUsed() {
    try (Ends server = named("auto")) {
      server.endpoint.unbind(server.datapath);
      server.executor.advance(LONG);

      assertThat(server.endpoint.mistakes()).isEmpty();
    }
  }

  private Ends named(String datapath) {
    return Ends.server(network.host("192.0.2.1"), datapath);
  }
}
