package org.culvert.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelState;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.endpoint.TunnelLog.News;
import org.junit.jupiter.api.Test;

/** What the log tells of tunnels, and in how many lines. */
class TunnelLogTest {
  private static final TunnelState UP = new TunnelState.Up("userspace", "culvert0");
  private static final String LOST =
      "no interface of this host has the address 192.0.2.1;"
          + " type: ip address add 192.0.2.1/32 dev INTERFACE";
  private static final TunnelState FAILED = new TunnelState.Failed(LOST);

  @Test
  void oneAddressOfManyTunnelsIsOneLineWhenItGoesAndOneWhenItIsBack() {
    Map<String, Standing> up = all(100_000, UP);
    Map<String, Standing> failed = all(100_000, FAILED);

    assertThat(TunnelLog.news(up, failed))
        .containsExactly(new News(true, "100000 tunnels (t0, t1, t2 and others) failed: " + LOST));
    assertThat(TunnelLog.news(failed, up))
        .containsExactly(
            new News(
                false,
                "100000 tunnels (t0, t1, t2 and others) up again, no longer failed:"
                    + " no interface of this host has the address 192.0.2.1"));
    assertThat(TunnelLog.news(failed, failed)).isEmpty();
  }

  @Test
  void eachReasonHasALineOfItsOwn() {
    Map<String, Standing> after = all(2, FAILED);
    after.put("t2", standing("t2", new TunnelState.Suspended("no bundle for v6sctp is active")));
    after.put("t3", standing("t3", new TunnelState.Failed("out of memory")));

    assertThat(TunnelLog.news(all(4, UP), after))
        .containsExactly(
            new News(true, "2 tunnels (t0, t1) failed: " + LOST),
            new News(false, "Tunnel t2 suspended: no bundle for v6sctp is active"),
            new News(true, "Tunnel t3 failed: out of memory"));
  }

  @Test
  void aTunnelThatComesUpIsNamedWithItsAddresses() {
    List<News> news = TunnelLog.news(Map.of(), all(2, UP));

    assertThat(news).extracting(News::warning).containsOnly(false);
    assertThat(news.get(0).line()).startsWith("Tunnel t0 up: v6udpv4, inner ");
    assertThat(news.get(1).line()).startsWith("Tunnel t1 up: v6udpv4, inner ");
    assertThat(TunnelLog.news(all(1, FAILED), all(1, UP)).get(0).line())
        .startsWith("Tunnel t0 up: ");
  }

  @Test
  void whatOthersDoToSomePacketsIsOneLineWhenItBeginsAndOneWhenItIsOver() {
    String drops = "the packet filter drops it; type: nft list ruleset";
    Map<String, Standing> up = all(5, UP);
    Map<String, Standing> warned = new LinkedHashMap<>();
    up.forEach(
        (id, now) ->
            warned.put(
                id,
                new Standing(
                    now.parameters(),
                    now.state(),
                    now.supervision(),
                    Optional.empty(),
                    Optional.of(drops))));

    assertThat(TunnelLog.news(up, warned))
        .containsExactly(new News(true, "5 tunnels (t0, t1, t2 and others) up, but " + drops));
    assertThat(TunnelLog.news(warned, up))
        .containsExactly(
            new News(
                false,
                "5 tunnels (t0, t1, t2 and others) up, and it is over that the packet filter"
                    + " drops it"));
    assertThat(TunnelLog.news(Map.of("t0", warned.get("t0")), Map.of("t0", up.get("t0"))))
        .containsExactly(
            new News(false, "Tunnel t0 up, and it is over that the packet filter drops it"));
    assertThat(TunnelLog.news(warned, warned)).isEmpty();
  }

  @Test
  void whatDiffersInWhatToTypeAloneIsOneLine() {
    Map<String, Standing> up = all(5, UP);
    Map<String, Standing> warned = new LinkedHashMap<>();
    up.forEach(
        (id, now) -> warned.put(id, now.warned(Optional.of("it is refused; type: get " + id))));

    assertThat(TunnelLog.news(up, warned))
        .containsExactly(
            new News(
                true, "5 tunnels (t0, t1, t2 and others) up, but it is refused; type: get t0"));
    assertThat(TunnelLog.news(warned, up))
        .containsExactly(
            new News(
                false, "5 tunnels (t0, t1, t2 and others) up, and it is over that it is refused"));
  }

  @Test
  void aTunnelThatIsNotDesiredAnyMoreIsClosed() {
    assertThat(TunnelLog.news(all(1, UP), Map.of()))
        .containsExactly(new News(false, "Tunnel t0 closed: it is not desired any more"));
  }

  private static Map<String, Standing> all(int count, TunnelState state) {
    Map<String, Standing> all = new LinkedHashMap<>();
    IntStream.range(0, count).forEach(i -> all.put("t" + i, standing("t" + i, state)));
    return all;
  }

  private static Standing standing(String id, TunnelState state) {
    TunnelParameters tunnel =
        Ends.atServer(
            id,
            TunnelType.V6UDPV4,
            Ends.SERVER,
            Ends.outer("198.51.100.1", 40_000),
            "2001:db8::7",
            "2001:db8:700::/48");
    return new Standing(tunnel, state, Optional.empty(), Optional.empty(), Optional.empty());
  }
}
