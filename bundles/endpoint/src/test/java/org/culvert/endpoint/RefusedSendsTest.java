package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.netdev.SendRefusal;
import org.culvert.api.tunnel.DropReason;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.net.InMemoryNetwork;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What this host's kernel refuses to send is told at the tunnels that lose it, while it lasts. */
class RefusedSendsTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final TunnelParameters TUNNEL =
      Ends.atServer(TunnelType.V6UDPV4, Ends.SERVER, Ends.outer("198.51.100.1", 40_000));
  private static final TunnelParameters OTHER =
      Ends.atServer(
          "eight",
          TunnelType.V6UDPV4,
          Ends.SERVER,
          Ends.outer("198.51.100.8", 40_000),
          "2001:db8::8",
          "2001:db8:800::/48");
  private static final String PROHIBITED =
      "this host's kernel refuses to send packets to the tunnel's other end: a route or a rule of"
          + " this host prohibits them; type: ip route get 198.51.100.1 and ip rule";
  private static final Duration LOOK = Duration.ofMillis(1_100);

  private final InMemoryNetwork network = new InMemoryNetwork();
  private final Ends server = Ends.server(network.host("192.0.2.1", "2001:db8:a::1"));

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void aTunnelSaysWhatIsRefusedAndWhatToTypeUntilItIsSentAgain() throws Exception {
    server.apply(TUNNEL, OTHER);
    server.executor.advance(LOOK);

    network.refuse("198.51.100.1", SendRefusal.PROHIBITED);
    send(server, "2001:db8:700::9");
    awaitRefused(server, "seven");
    server.executor.advance(LOOK);

    assertThat(server.state("seven")).isEqualTo(UP);
    assertThat(server.status("seven").warning()).contains(PROHIBITED);
    assertThat(server.status("eight").warning()).isEmpty();
    assertThat(server.endpoint.verify().toCompletableFuture().join())
        .contains("tunnel seven is up, but " + PROHIBITED);

    server.executor.advance(Duration.ofMinutes(10));
    assertThat(server.status("seven").warning()).contains(PROHIBITED);
    assertThat(network.capture()).isEmpty();

    network.refuse("198.51.100.1", SendRefusal.NONE);
    server.executor.advance(Duration.ofSeconds(4));

    assertThat(server.status("seven").warning()).isEmpty();
    int sent = network.capture().size();
    assertThat(sent).isBetween(1, 4);
    server.executor.advance(Duration.ofMinutes(10));
    assertThat(network.capture()).as("no echo request while nothing is refused").hasSize(sent);
  }

  @Test
  void anotherReasonIsToldInsteadAndNamesTheFilter() throws Exception {
    server.apply(TUNNEL);
    server.executor.advance(LOOK);
    network.refuse("198.51.100.1", SendRefusal.PROHIBITED);
    send(server, "2001:db8:700::9");
    awaitRefused(server, "seven");
    server.executor.advance(LOOK);

    network.refuse("198.51.100.1", SendRefusal.FILTERED);
    server.executor.advance(Duration.ofSeconds(2));

    assertThat(server.status("seven").warning())
        .contains(
            "this host's kernel refuses to send packets to the tunnel's other end: a packet filter"
                + " of this host drops them; type: nft list ruleset, and look for what drops"
                + " packets to 198.51.100.1");
  }

  @Test
  void aClientNoticesByItsKeepalives() {
    Ends client = Ends.client(network.host("198.51.100.1"));
    try {
      client.apply(
          Ends.atClient(TunnelType.V6UDPV4, Ends.outer("198.51.100.1", 40_000), Ends.SERVER));
      client.executor.advance(LOOK);
      network.refuse("192.0.2.1", SendRefusal.NO_ROUTE);

      client.executor.advance(Duration.ofSeconds(12));

      assertThat(client.status("own").warning().orElse(""))
          .contains("this host has no route to it")
          .contains("type: ip route get 192.0.2.1 and ip rule");

      network.refuse("192.0.2.1", SendRefusal.NONE);
      client.executor.advance(Duration.ofSeconds(4));
      assertThat(client.status("own").warning()).isEmpty();
    } finally {
      client.close();
    }
  }

  @Test
  void whatIsRefusedNowAndThenIsNotOverEachTime() throws Exception {
    server.apply(TUNNEL);
    server.executor.advance(LOOK);
    int turns = 0;
    Optional<String> before = Optional.empty();
    for (int i = 0; i < 300; i++) {
      if (i % 5 == 0) {
        network.refuse("198.51.100.1", SendRefusal.FILTERED);
        long already = refused(server, "seven");
        send(server, "2001:db8:700::9");
        Eventually.holds("one more was refused", () -> refused(server, "seven") > already);
        network.refuse("198.51.100.1", SendRefusal.NONE);
      }
      server.executor.advance(Duration.ofSeconds(1));
      Optional<String> now = server.status("seven").warning();
      turns += now.equals(before) ? 0 : 1;
      before = now;
    }

    assertThat(turns).isBetween(1, 60);
  }

  @Test
  void thousandsAreTriedInTurnAndAllAreOverSoon() throws Exception {
    List<TunnelParameters> tunnels = new ArrayList<>();
    for (int i = 0; i < 3_000; i++) {
      tunnels.add(
          Ends.atServer(
              "t" + i,
              TunnelType.V6UDPV4,
              Ends.SERVER,
              Ends.outer("198.51.100.1", 10_000 + i),
              "2001:db8:1::%x".formatted(i + 1),
              "2001:db8:%x::/48".formatted(0x1000 + i)));
    }
    server.apply(tunnels.toArray(TunnelParameters[]::new));
    server.executor.advance(LOOK);
    network.refuse("198.51.100.1", SendRefusal.FILTERED);
    for (int i = 0; i < 3_000; i++) {
      send(server, "2001:db8:%x::9".formatted(0x1000 + i));
    }
    tunnels.forEach(tunnel -> awaitRefused(server, tunnel.id()));
    server.executor.advance(LOOK);
    assertThat(warned()).isEqualTo(3_000);
    long refused = refused(server, "t0") + refused(server, "t2999");

    server.executor.advance(Duration.ofSeconds(6));
    assertThat(refused(server, "t0") + refused(server, "t2999"))
        .as("500 a second: each has been tried once")
        .isBetween(refused + 1, refused + 4);

    network.refuse("198.51.100.1", SendRefusal.NONE);
    server.executor.advance(Duration.ofSeconds(6));
    assertThat(warned()).isZero();
  }

  private long warned() {
    return server.endpoint.tunnels().stream().filter(t -> t.warning().isPresent()).count();
  }

  private static void send(Ends end, String destination) throws Exception {
    end.tun().push(Packets.udp("2001:db8:ffff::1", destination, 100));
  }

  private static void awaitRefused(Ends end, String id) {
    Eventually.holds("a packet was refused", () -> refused(end, id) > 0);
  }

  private static long refused(Ends end, String id) {
    return end.status(id).counters().drops().getOrDefault(DropReason.OUTER_REFUSED, 0L);
  }
}
