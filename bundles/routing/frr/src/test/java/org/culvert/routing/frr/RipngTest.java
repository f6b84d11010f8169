package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.Test;

/** RIPng by real FRRs at the two ends of a link. */
final class RipngTest {

  @Test
  void learnsThePrefixAndTheDefaultRouteAndLeavesNothingBehind() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and FRR");
    try (Lab lab = Lab.build();
        RealFrr server = RealFrr.start(lab.server, "zebra", "ripngd");
        RealFrr client = RealFrr.start(lab.client, "zebra", "ripngd")) {
      String atServer = server.running();
      String atClient = client.running();
      FrrRouting serving = new FrrRouting(server.settings(Map.of()), 1, TimeUnit.HOURS);
      FrrRouting using = new FrrRouting(client.settings(Map.of()), 1, TimeUnit.HOURS);

      serving.provide(Tunnels.rip(Side.SERVER));
      using.provide(Tunnels.rip(Side.CLIENT));

      Lab.await(
          "the prefix is learned",
          () -> Lab.routes(lab.server, "ripng").startsWith(Tunnels.PREFIX));
      Lab.await(
          "the default route is learned",
          () -> Lab.routes(lab.client, "ripng").startsWith("default"));
      assertThat(Lab.routes(lab.server, "ripng")).hasLineCount(1);
      assertThat(serving.verify(Tunnels.rip(Side.SERVER))).isEmpty();
      assertThat(using.verify(Tunnels.rip(Side.CLIENT))).isEmpty();
      serving.withdraw(Tunnels.rip(Side.SERVER).on(Optional.empty()));
      using.withdraw(Tunnels.rip(Side.CLIENT).on(Optional.empty()));
      assertThat(server.running()).isEqualTo(atServer);
      assertThat(client.running()).isEqualTo(atClient);
      serving.stop();
      using.stop();
    }
  }

  @Test
  void leavesTheDevicesOfOthersAlone() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and FRR");
    try (Lab lab = Lab.build();
        RealFrr server = RealFrr.start(lab.server, "zebra", "ripngd")) {
      server.say("configure terminal", "router ripng", "network lo", "route 2001:db8:5::/48");
      String before = server.running();
      FrrRouting routing = new FrrRouting(server.settings(Map.of()), 1, TimeUnit.HOURS);

      routing.provide(Tunnels.rip(Side.SERVER));
      assertThat(routing.verify(Tunnels.rip(Side.SERVER))).isEmpty();
      assertThat(server.running()).doesNotContain("default-information");
      routing.withdraw(Tunnels.rip(Side.SERVER));

      assertThat(server.running()).isEqualTo(before);
      routing.stop();
    }
  }
}
