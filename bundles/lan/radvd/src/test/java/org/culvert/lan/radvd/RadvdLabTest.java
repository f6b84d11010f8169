package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.Inet6Address;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.testkit.net.Eventually;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway of a real network with a real radvd, and a host of Linux behind it. */
class RadvdLabTest {
  private static final ServedTunnel TUNNEL = Samples.tunnel("2001:db8:1::/48", "tun0");
  private static final ServedTunnel OTHER = Samples.tunnel("2001:db8:2::/48", "tun0");

  @TempDir Path directory;

  private final List<ScheduledExecutorService> timers = new ArrayList<>();
  private final List<Lans> opened = new ArrayList<>();
  private Village village;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Village.canBe(), "needs root, radvd, nft, ip, sysctl, kill, ping and curl");
    village = new Village();
  }

  @AfterEach
  void tearDown() {
    timers.forEach(ScheduledExecutorService::shutdownNow);
    opened.forEach(Lans::close);
    if (village != null) {
      village.close();
    }
  }

  @Test
  void aHostGetsAnAddressAndReachesTheWorldUntilThePrefixIsTakenBack() throws Exception {
    Lans lans = lans(Configs.of("lan0").with("farewell", 1));

    lans.provide(TUNNEL);

    Eventually.holds("an address", () -> village.hostAddresses().contains(" 2001:db8:1:0:"));
    assertThat(village.hostRoutes()).contains("default via fe80:").contains("mtu 1280");
    Eventually.holds("a ping", village::hostReachesOutside);
    assertThat(village.gatewayAddresses()).contains(" 2001:db8:1::1/64 ");
    assertThat(lans.verify(TUNNEL)).isEmpty();

    lans.withdraw(TUNNEL);

    Eventually.holds("no way out", () -> !village.hostRoutes().contains("default"));
    Eventually.holds("deprecated", () -> village.hostAddresses().contains("deprecated"));
    Eventually.holds("taken back", () -> !village.gatewayAddresses().contains("2001:db8:1::1"));
    Eventually.holds("no filter", () -> filter().isEmpty());
    assertThat(rest()).doesNotContain("unreachable");
    Eventually.holds("radvd is gone", () -> radvds().isEmpty());
    assertThat(lans.verify(TUNNEL)).containsExactly("the prefix is not handed on");
  }

  @Test
  void anotherPrefixIsPreferredAndTheOldOneDeprecated() throws Exception {
    Lans lans = lans(Configs.of("lan0").with("farewell", 2));
    lans.provide(TUNNEL);
    Eventually.holds("an address", () -> village.hostAddresses().contains(" 2001:db8:1:0:"));

    lans.withdraw(TUNNEL);
    lans.provide(OTHER);

    Eventually.holds("a new one", () -> address("2001:db8:2:0:").contains("dynamic"));
    Eventually.holds("an old one", () -> address("2001:db8:1:0:").contains("deprecated"));
    assertThat(address("2001:db8:2:0:")).doesNotContain("deprecated");
    Eventually.holds("a ping", village::hostReachesOutside);
    assertThat(radvds()).hasSize(1);
    Eventually.holds("taken back", () -> !village.gatewayAddresses().contains("2001:db8:1::1"));
    Eventually.holds("no rest", () -> !rest().contains("2001:db8:1::/48"));
    assertThat(village.gatewayAddresses()).contains("2001:db8:2::1/64");
    assertThat(lans.verify(OTHER)).isEmpty();
  }

  @Test
  @Threat("T22")
  void nothingFromOutsideGetsInUnlessItIsOpened() throws Exception {
    Lans lans = lans(Configs.of("lan0").with("open", new String[] {"tcp/80"}));
    lans.provide(TUNNEL);
    Eventually.holds("a ping", village::hostReachesOutside);
    String host = village.hostAddresses().replaceAll("(?s).* (2001:db8:1:[0-9a-f:]+)/64.*", "$1");

    assertThat(knock(host, 8080)).as("the host").isEqualTo("dropped");
    assertThat(knock("2001:db8:1::1", 8080)).as("the gateway").isEqualTo("dropped");
    assertThat(knock(host, 80)).as("opened").isEqualTo("answered");
    assertThat(village.in(village.outside, "ping", "-6", "-c", "1", "-W", "1", host))
        .contains(" 0% packet loss");
  }

  @Test
  void everybodyGetsInWithoutTheFilter() throws Exception {
    Lans lans = lans(Configs.of("lan0").with("firewall", false));
    lans.provide(TUNNEL);
    Eventually.holds("a ping", village::hostReachesOutside);

    assertThat(knock("2001:db8:1::1", 8080)).isEqualTo("answered");
    assertThat(filter()).isEmpty();
  }

  @Test
  void whatIsForNobodyDoesNotGoBackIntoTheTunnel() throws Exception {
    Lans lans = lans(Configs.of("lan0"));
    lans.provide(TUNNEL);

    assertThat(village.in(village.outside, "ping", "-6", "-c", "1", "-W", "1", "2001:db8:1:77::1"))
        .contains("Destination unreachable")
        .doesNotContain("Time exceeded");
  }

  @Test
  void adoptsWhatACrashLeftAndReplacesItsDaemon() throws Exception {
    crash(lans(Configs.of("lan0")), TUNNEL);
    List<String> left = radvds();
    assertThat(left).hasSize(1);
    // Its helper has the same files, and does not see at once that the daemon is gone.
    ProcessHandle daemon = ProcessHandle.of(Long.parseLong(left.get(0))).orElseThrow();
    daemon
        .children()
        .forEach(helper -> village.in(village.gateway, "kill", "-STOP", "" + helper.pid()));

    lans(Configs.of("lan0")).provide(TUNNEL);

    assertThat(radvds()).hasSize(1).doesNotContainAnyElementsOf(left);
    assertThat(village.hostRoutes()).contains("default");
    assertThat(village.hostAddresses()).contains("2001:db8:1:0:").doesNotContain("deprecated");
  }

  @Test
  void takesBackWhatACrashLeft() throws Exception {
    crash(lans(Configs.of("lan0")), TUNNEL);
    Lans next = lans(Configs.of("lan0").with("farewell", 1));

    next.withdraw(TUNNEL);

    Eventually.holds("no way out", () -> !village.hostRoutes().contains("default"));
    Eventually.holds("taken back", () -> !village.gatewayAddresses().contains("2001:db8:1::1"));
    Eventually.holds("no filter", () -> filter().isEmpty());
    Eventually.holds("radvd is gone", () -> radvds().isEmpty());
  }

  @Test
  void startsADaemonAgainThatEnded() throws Exception {
    lans(Configs.of("lan0")).provide(TUNNEL);
    String first = radvds().get(0);

    ProcessHandle.of(Long.parseLong(first)).orElseThrow().destroyForcibly();

    Eventually.holds("another daemon", () -> radvds().size() == 1 && !radvds().contains(first));
  }

  @Test
  void servesTheOthersWhereAnInterfaceIsMissingAndServesItWhenItComes() throws Exception {
    Lans lans = lans(Configs.of("lan0", "lan7"));

    assertThatThrownBy(() -> lans.provide(TUNNEL))
        .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isFalse())
        .hasMessage("there is no interface lan7");
    Eventually.holds("a ping", village::hostReachesOutside);

    village.in(village.gateway, "ip", "link", "add", "lan7", "type", "bridge");
    assertThatThrownBy(() -> lans.provide(TUNNEL)).hasMessage("the interface lan7 is down");
    village.in(village.gateway, "ip", "link", "set", "lan7", "up");
    lans.provide(TUNNEL);
    assertThat(lans.verify(TUNNEL)).isEmpty();
  }

  /** The kernel forgets the default routes that routers advertised when it begins to forward. */
  @Test
  void anUplinkThatLivesByAdvertisementsGoesOn() throws Exception {
    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.all.forwarding=0");
    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.tun0.accept_ra=1");
    village.in(
        village.gateway,
        "ip",
        "-6",
        "route",
        "replace",
        "default",
        "via",
        Village.OUTSIDE,
        "proto",
        "ra");

    lans(Configs.of("lan0")).provide(TUNNEL);

    assertThat(village.in(village.gateway, "sysctl", "-n", "net.ipv6.conf.all.forwarding").strip())
        .isEqualTo("1");
    assertThat(village.in(village.gateway, "sysctl", "-n", "net.ipv6.conf.tun0.accept_ra").strip())
        .isEqualTo("2");
    assertThat(village.in(village.gateway, "sysctl", "-n", "net.ipv6.conf.lan0.accept_ra").strip())
        .isEqualTo("1");
  }

  @Test
  void anUplinkThatComesLaterGoesOn() throws Exception {
    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.all.forwarding=0");
    Lans lans = lans(Configs.of("lan0"));
    lans.provide(TUNNEL);

    village.in(village.gateway, "ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    village.in(village.gateway, "ip", "link", "set", "far0", "up");
    village.in(village.gateway, "ip", "link", "set", "up0", "up");
    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.up0.accept_ra=1");

    Eventually.holds(
        "routers are heard",
        () ->
            village
                .in(village.gateway, "sysctl", "-n", "net.ipv6.conf.up0.accept_ra")
                .strip()
                .equals("2"));
    Eventually.holds("all is well", () -> wrong(lans).isEmpty());
  }

  @Test
  void namesWhatSomebodyTookAway() throws Exception {
    Lans lans = lans(Configs.of("lan0"));
    // Nobody repairs.
    timers.get(0).shutdownNow();
    lans.provide(TUNNEL);

    takeAway();
    village.in(village.gateway, "ip", "link", "set", "tun0", "mtu", "1400");

    assertThat(lans.verify(TUNNEL))
        .containsExactly(
            "lan0 lacks 2001:db8:1::1/64",
            "there is no unreachable route for the rest of 2001:db8:1::/48",
            "IPv6 is not forwarded",
            "the tunnel's MTU or the resolvers are not those that are announced",
            "the filter ip6 culvert_lan is gone or changed");
    lans.provide(TUNNEL);
    assertThat(lans.verify(TUNNEL)).isEmpty();

    village.in(village.gateway, "nft", "flush", "chain", "ip6", Firewall.TABLE, "forward");
    assertThat(lans.verify(TUNNEL))
        .containsExactly("the filter ip6 culvert_lan is gone or changed");
  }

  @Test
  void givesAgainWhatSomebodyTookAway() throws Exception {
    Lans lans = lans(Configs.of("lan0"));
    lans.provide(TUNNEL);

    takeAway();

    Eventually.holds("all is back", () -> wrong(lans).isEmpty());

    village.in(village.gateway, "ip", "link", "set", "tun0", "mtu", "1400");

    Eventually.holds("the MTU is announced", () -> village.hostRoutes().contains("mtu 1400"));
  }

  private void takeAway() {
    village.in(village.gateway, "ip", "-6", "addr", "del", "2001:db8:1::1/64", "dev", "lan0");
    village.in(village.gateway, "ip", "-6", "route", "flush", "proto", "199");
    village.in(village.gateway, "nft", "flush", "ruleset");
    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.all.forwarding=0");
  }

  private static List<String> wrong(Lans lans) {
    try {
      return lans.verify(TUNNEL);
    } catch (ServiceException e) {
      throw new AssertionError(e);
    }
  }

  /** T22. The prefix comes through another device before anybody is told. */
  @Test
  @Threat("T22")
  void nothingGetsInWhileTheTunnelChangesItsDevice() throws Exception {
    Lans lans = lans(Configs.of("lan0"));
    timers.get(0).shutdownNow();
    lans.provide(TUNNEL);
    Eventually.holds("a ping", village::hostReachesOutside);
    String host = village.hostAddresses().replaceAll("(?s).* (2001:db8:1:[0-9a-f:]+)/64.*", "$1");

    village.in(village.gateway, "ip", "link", "set", "tun0", "down");
    village.in(village.gateway, "ip", "link", "set", "tun0", "name", "tun1");
    village.in(village.gateway, "ip", "link", "set", "tun1", "up");
    village.in(village.gateway, "ip", "addr", "add", "2001:db8:ffff::2/64", "dev", "tun1", "nodad");
    village.in(village.gateway, "ip", "route", "add", "default", "via", Village.OUTSIDE);

    Eventually.holds("a ping", village::hostReachesOutside);
    assertThat(knock(host, 8080)).as("the host").isEqualTo("dropped");
    assertThat(knock("2001:db8:1::1", 8080)).as("the gateway").isEqualTo("dropped");
    assertThat(knock("2001:db8:ffff::2", 8080)).as("its tunnel address").isEqualTo("dropped");
  }

  @Test
  void servesTheOthersWhereAnInterfaceHasNoIpv6AndServesItWhenItHas() throws Exception {
    village.in(village.gateway, "ip", "link", "add", "lan7", "type", "bridge");
    village.in(village.gateway, "ip", "link", "set", "lan7", "up");
    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.lan7.disable_ipv6=1");
    Lans lans = lans(Configs.of("lan7", "lan0"));

    assertThatThrownBy(() -> lans.provide(TUNNEL))
        .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isFalse())
        .hasMessage(
            "IPv6 is switched off on lan7; type: sysctl -w net.ipv6.conf.lan7.disable_ipv6=0");
    Eventually.holds("an address", () -> village.hostAddresses().contains(" 2001:db8:1:1:"));
    Eventually.holds("a ping", village::hostReachesOutside);

    village.in(village.gateway, "sysctl", "-w", "net.ipv6.conf.lan7.disable_ipv6=0");

    Eventually.holds("lan7 is served", () -> wrong(lans).isEmpty());
  }

  @Test
  void neverTakesAwayAnAddressThatWasThereBefore() throws Exception {
    village.in(village.gateway, "ip", "-6", "addr", "add", "2001:db8:1::1/64", "dev", "lan0");
    crash(lans(Configs.of("lan0")), TUNNEL);
    Lans lans = lans(Configs.of("lan0").with("farewell", 1));
    lans.provide(TUNNEL);
    assertThat(lans.verify(TUNNEL)).isEmpty();

    lans.withdraw(TUNNEL);

    Eventually.holds("no filter", () -> filter().isEmpty());
    assertThat(rest()).doesNotContain("unreachable");
    assertThat(village.gatewayAddresses()).contains(" 2001:db8:1::1/64 ");
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    Lans absent = lans(Configs.of("lan0").with("radvd", "/usr/sbin/no-radvd"));
    assertThatThrownBy(() -> absent.provide(TUNNEL))
        .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isTrue())
        .hasMessageContaining("/usr/sbin/no-radvd is not installed");

    assertThatThrownBy(() -> absent.provide(Samples.tunnel("2001:db8:1::/48", "tun9")))
        .hasMessageContaining("tun9 is gone");
    assertThatThrownBy(() -> absent.provide(Samples.tunnel("2001:db8:1::/48", "tun0\" drop; #")))
        .hasMessageContaining("a name that is none");
  }

  /** A port where nobody listens answers with a reset, if anything gets there. */
  private String knock(String address, int port) {
    String url = "http://[" + address + "]:" + port + "/";
    String end =
        village.in(
            village.outside, "curl", "-s", "-w", "%{exitcode}", "--connect-timeout", "1", url);
    return switch (end) {
      case "7" -> "answered";
      case "28" -> "dropped";
      default -> end;
    };
  }

  private String address(String start) {
    return village
        .hostAddresses()
        .lines()
        .filter(line -> line.contains(start))
        .findFirst()
        .orElse("");
  }

  private String filter() {
    return village.in(village.gateway, "nft", "list", "tables");
  }

  private String rest() {
    return village.in(village.gateway, "ip", "-6", "route", "show", "type", "unreachable");
  }

  /** Process ids of the daemons that work on our file; each has a helper, which is not counted. */
  private List<String> radvds() {
    String conf = directory.resolve("radvd.conf").toString();
    return ProcessHandle.allProcesses()
        .filter(handle -> handle.info().commandLine().orElse("").contains(conf))
        .filter(
            handle ->
                handle
                    .parent()
                    .flatMap(p -> p.info().commandLine())
                    .filter(line -> line.contains(conf))
                    .isEmpty())
        .map(handle -> String.valueOf(handle.pid()))
        .toList();
  }

  /** Provides, and is never heard of again. */
  private void crash(Lans lans, ServedTunnel tunnel) throws ServiceException {
    lans.provide(tunnel);
    Eventually.holds("an address", () -> village.hostAddresses().contains(" 2001:db8:1:0:"));
    timers.get(timers.size() - 1).shutdownNow();
    opened.remove(lans);
  }

  private Lans lans(Configs configs) {
    ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    timers.add(timer);
    List<Inet6Address> resolvers = List.of(IpAddresses.parse6("2001:db8:53::1"));
    Lans lans =
        new Lans(
            configs.in(directory).settings(),
            village.programs(),
            new DeafFilters(),
            () -> resolvers,
            timer);
    opened.add(lans);
    return lans;
  }
}
