package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that announce what is not theirs, each a real FRR that was configured by hand. */
final class HostilePeerTest {
  private static final String PEER = "neighbor " + Tunnels.SERVER + " ";
  private static final String SESSION =
      "router bgp 4200000001\n"
          + " bgp router-id 192.0.2.2\n"
          + " no bgp ebgp-requires-policy\n"
          + " no bgp default ipv4-unicast\n"
          + " no bgp network import-check\n"
          + (" " + PEER + "remote-as 65000\n")
          + (" " + PEER + "ttl-security hops 1\n")
          + (" " + PEER + "timers connect 1\n")
          + " address-family ipv6 unicast\n"
          + ("  " + PEER + "activate\n");

  /**
   * What is announced by RIPng at once, in five datagrams: ripngd's socket has room for seven, and
   * what a burst loses there the next one loses again.
   */
  private static final int RIPNG_ROUTES = 300;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Lab lab;
  private FrrRouting routing;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Lab.isPossible(), "needs root and FRR");
    lab = open(Lab.build());
    RealFrr server = open(RealFrr.start(lab.server, "zebra", "bgpd", "ripngd"));
    routing =
        new FrrRouting(
            server.settings(Map.of("connectRetry", 1, "maximumPrefixes", 4)), 1, TimeUnit.HOURS);
    opened.push(routing::stop);
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  @Test
  @Threat("T27")
  void movesNothingByForeignPrefixesADefaultRouteOrTenThousandRoutes() throws Exception {
    announceByBgp(
        networks(
                "2001:db8:66::/48",
                "::/0",
                "2001:db8::/32",
                "2001:db8:1:1::/80",
                Tunnels.SERVER + "/128",
                "2001:db8:1:8000::/49")
            + IntStream.range(0, 10_000)
                .mapToObj(i -> "  network 2001:db8:7:" + Integer.toHexString(i) + "::/64\n")
                .collect(Collectors.joining())
            + networks(Tunnels.PREFIX));

    routing.provide(Tunnels.bgp(Side.SERVER));

    Lab.await(
        "only the two that are its own are accepted",
        () -> state(Side.SERVER).endsWith(", 2 prefixes accepted, 1 prefix announced"));
    Lab.await("both are routed", () -> routes("bgp").lines().count() == 2);
    assertThat(routes("bgp").lines().map(line -> line.split(" ")[0]))
        .containsExactlyInAnyOrder(Tunnels.PREFIX, "2001:db8:1:8000::/49");
  }

  @Test
  void isCutOffWhenItSplitsItsPrefixTooOften() throws Exception {
    announceByBgp(
        IntStream.range(0, 12)
            .mapToObj(i -> networks("2001:db8:1:" + i + "::/64"))
            .collect(Collectors.joining()));

    routing.provide(Tunnels.bgp(Side.SERVER));

    Lab.await(
        "it is cut off", () -> state(Side.SERVER).matches("Idle, .*Maximum Number of Prefixes.*"));
    Lab.await("nothing of it is left", () -> routes("bgp").isEmpty());
  }

  @Test
  void movesNothingInTheNameOfAnotherAs() throws Exception {
    announceByBgp(
        networks(Tunnels.PREFIX)
            + "  network 2001:db8:1:5::/64\n"
            + ("  " + PEER + "route-map FORGE out\n")
            + " exit-address-family\n"
            + "exit\n"
            + "ipv6 prefix-list WHOLE permit 2001:db8:1::/48\n"
            + "route-map FORGE permit 10\n"
            + " match ipv6 address prefix-list WHOLE\n"
            + " set as-path prepend 65099\n"
            + "exit\n"
            + "route-map FORGE permit 20\n");

    routing.provide(Tunnels.bgp(Side.SERVER));

    Lab.await("what it announces itself", () -> state(Side.SERVER).contains(", 1 prefix a"));
    Lab.await("it is routed", () -> !routes("bgp").isEmpty());
    assertThat(routes("bgp").lines().map(line -> line.split(" ")[0]))
        .containsExactly("2001:db8:1:5::/64");
  }

  @Test
  void movesNothingForeignByRipng() throws Exception {
    assumeTrue(RealBird.isInstalled(), "needs BIRD");
    open(
        RealBird.start(
            lab.client,
            "protocol static { ipv6; route ::/0 blackhole; route 2001:db8:66::/48 blackhole;\n"
                + IntStream.range(0, RIPNG_ROUTES)
                    .mapToObj(
                        i -> "route 2001:db8:1:" + Integer.toHexString(i) + "::/64 blackhole;\n")
                    .collect(Collectors.joining())
                + ("route " + Tunnels.PREFIX + " blackhole; }\n")
                + "protocol rip ng { ipv6 { import all; export all; };"
                + " interface \"tun0\" { update time 2; }; }\n"));

    routing.provide(Tunnels.rip(Side.SERVER));

    Lab.await("its prefix is learned", () -> routes("ripng").contains(Tunnels.PREFIX));
    assertThat(routes("ripng").lines().map(line -> line.split(" ")[0]))
        .containsExactly(Tunnels.PREFIX);
    assertThat(routing.state(Tunnels.rip(Side.SERVER)))
        .isEqualTo("RIPng on tun0, 1 prefix accepted");
    assertThat(routing.verify(Tunnels.rip(Side.SERVER))).isEmpty();
    routing.withdraw(Tunnels.rip(Side.SERVER).on(Optional.empty()));
    Lab.await("nothing of it is left", () -> routes("ripng").isEmpty());
  }

  private void announceByBgp(String networks) throws IOException, InterruptedException {
    open(RealFrr.start(lab.client, Map.of("bgpd", SESSION + networks), "zebra", "bgpd"));
  }

  private static String networks(String... prefixes) {
    return java.util.Arrays.stream(prefixes)
        .map(prefix -> "  network " + prefix + "\n")
        .collect(Collectors.joining());
  }

  private String state(Side side) {
    try {
      return routing.state(Tunnels.bgp(side));
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  private String routes(String protocol) {
    return Lab.routes(lab.server, protocol).strip();
  }

  private <T extends AutoCloseable> T open(T resource) {
    opened.push(resource);
    return resource;
  }
}
