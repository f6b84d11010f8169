package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.culvert.api.netdev.PacketFilters;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to the gateway of a real network, and that it is put right. */
class UpkeepLabTest {
  private static final ServedTunnel TUNNEL = Samples.tunnel("2001:db8:1::/48", "tun0");

  /** Enters the gateway's namespace; where there is a certain file, takes an address away again. */
  private static final String HUNTER =
      """
      #!/bin/sh
      enter() { /usr/sbin/ip netns exec "%1$s" "$@"; }
      case "$*" in
      *"address replace"*) enter "$@"; status=$?
        rm "%2$s" && enter ip -6 addr flush dev lan0 scope global
        exit $status ;;
      esac
      exec /usr/sbin/ip netns exec "%1$s" "$@"
      """;

  @TempDir Path directory;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private Optional<Lans> opened = Optional.empty();
  private Village village;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Village.canBe(), "needs root, radvd, nft, ip, sysctl and curl");
    village = new Village();
  }

  @AfterEach
  void tearDown() {
    timer.shutdownNow();
    opened.ifPresent(Lans::close);
    if (village != null) {
      village.close();
    }
  }

  /** No look is taken: what the kernel tells is enough. */
  @ParameterizedTest
  @ValueSource(strings = {"flush ruleset", "flush chain ip6 culvert_lan forward"})
  void theFilterIsPutBackWhenTheKernelTells(String act) throws Exception {
    Lans lans = lans(new MonitoredFilters(village.gateway));
    timer.shutdownNow();
    lans.provide(TUNNEL);

    for (int i = 0; i < 3; i++) {
      village.in(village.gateway, "nft", act);

      Eventually.holds("it is back", () -> wrong(lans).isEmpty());
    }
    lans.close();
    assertThat(village.in(village.gateway, "nft", "list", "tables")).doesNotContain("culvert");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip -6 route flush dev lan0",
        "ip -6 route flush table local",
        "ip -6 route del 2001:db8:1::/64 dev lan0",
        "ip -6 route del fe80::/64 dev lan0",
        "ip -6 route del local 2001:db8:1::1 dev lan0 table local"
      })
  void theRoutesOfALanAreSeenAndPutRight(String act) throws Exception {
    Lans lans = lans(new DeafFilters());
    // Nobody repairs.
    timer.shutdownNow();
    lans.provide(TUNNEL);
    Eventually.holds("a ping", village::hostReachesOutside);
    assertThat(lans.verify(TUNNEL)).isEmpty();

    village.in(village.gateway, act.split(" "));

    assertThat(lans.verify(TUNNEL)).anyMatch(line -> line.startsWith("lan0 lacks the route to "));
    lans.provide(TUNNEL);
    assertThat(lans.verify(TUNNEL)).isEmpty();
    Eventually.holds("a ping", village::hostReachesOutside);
    assertThat(village.in(village.host, "ping", "-6", "-c", "1", "-W", "5", "2001:db8:1::1"))
        .contains(" 0% packet loss");
    lans.close();
    assertThat(village.in(village.gateway, "ip", "-6", "route", "show", "table", "all"))
        .doesNotContain("2001:db8:1:");
  }

  @Test
  void theRoutesOfALanAreBackBeforeLong() throws Exception {
    Lans lans = lans(new DeafFilters());
    lans.provide(TUNNEL);
    Eventually.holds("a ping", village::hostReachesOutside);

    village.in(village.gateway, "ip", "-6", "route", "flush", "dev", "lan0");

    Eventually.holds("a ping again", village::hostReachesOutside);
  }

  @Test
  void whatIsTakenAwayAgainAsSoonAsItIsThereIsBackBeforeLong() throws Exception {
    Path once = directory.resolve("once");
    Path hunter = directory.resolve("hunter");
    Files.writeString(hunter, HUNTER.formatted(village.gateway, once));
    Files.setPosixFilePermissions(hunter, PosixFilePermissions.fromString("rwx------"));
    Lans lans = lans(new DeafFilters(), new Programs(List.of(hunter.toString())));
    lans.provide(TUNNEL);
    assertThat(lans.verify(TUNNEL)).isEmpty();

    Files.createFile(once);
    village.in(village.gateway, "ip", "-6", "addr", "flush", "dev", "lan0", "scope", "global");

    Eventually.holds("the second time", () -> !Files.exists(once));
    Eventually.holds("it is back", () -> wrong(lans).isEmpty());
  }

  private static List<String> wrong(Lans lans) {
    try {
      return lans.verify(TUNNEL);
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  private Lans lans(PacketFilters filters) {
    return lans(filters, village.programs());
  }

  private Lans lans(PacketFilters filters, Programs programs) {
    Lans lans =
        new Lans(Configs.of("lan0").in(directory).settings(), programs, filters, List::of, timer);
    opened = Optional.of(lans);
    return lans;
  }
}
