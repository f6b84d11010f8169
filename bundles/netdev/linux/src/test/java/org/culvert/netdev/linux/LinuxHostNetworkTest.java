package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.netdev.HostState;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a host gets, keeps and gives up for its tunnels, in a kernel of its own. */
@ExtendWith(OwnNetwork.class)
class LinuxHostNetworkTest {
  private static final IpPrefix POOL = IpPrefix.parse("2001:db8:8000::/40");
  private static final IpPrefix POOL4 = IpPrefix.parse("10.64.0.0/16");

  private final LinuxHostNetwork host = new LinuxHostNetwork();

  @AfterEach
  void close() {
    host.close();
  }

  @ParameterizedTest
  @EnumSource(Side.class)
  void endsPacketsToUnusedPartsOfAPrefix(Side side) throws Exception {
    HostState state = host.configure(deadEnds(side, POOL, POOL4));

    assertThat(state.missing()).isEmpty();
    assertThat(state.changed()).hasSize(2);
    assertThat(OwnNetwork.run("ip", "-6", "route", "show", "type", "unreachable"))
        .contains("unreachable " + POOL, "proto 199", "metric 429496729");
    assertThat(OwnNetwork.run("ip", "route", "show", "type", "unreachable"))
        .contains("unreachable " + POOL4, "proto 199", "metric 429496729");
  }

  @Test
  void givesWayToEveryOtherRoute() throws Exception {
    LinuxNetworkDevices devices = new LinuxNetworkDevices();
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      host.configure(deadEnds(Side.SERVER, POOL));
      assertThat(OwnNetwork.tried("ip", "route", "get", "2001:db8:8000::1"))
          .contains("No route to host");

      OwnNetwork.run(
          "ip", "-6", "route", "add", POOL.toString(), "dev", "tun0", "metric", "4261412864");

      assertThat(OwnNetwork.run("ip", "route", "get", "2001:db8:8000::1")).contains("dev tun0");
    }
  }

  @Test
  void keepsNothingOfOthersRoutesForARouterMayHaveAMillion(@TempDir Path folder) throws Exception {
    Path routes = folder.resolve("routes");
    Files.write(
        routes,
        IntStream.range(0, 5_000)
            .mapToObj(
                i ->
                    "route add 2001:db8:%x::/48 dev lo\nroute add 10.%d.%d.0/24 dev lo"
                        .formatted(i, i >> 8, i & 0xFF))
            .toList());
    OwnNetwork.run("ip", "-batch", routes.toString());
    host.configure(deadEnds(Side.SERVER, POOL, POOL4));

    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      HostView view = HostView.of(netlink);

      assertThat(view.routes())
          .extracting(entry -> entry.route().destination())
          .containsExactlyInAnyOrder(POOL, POOL4);
      assertThat(view.routedIpv4()).containsExactly("lo");
    }
  }

  @Test
  void bringsBackWhatSomebodyFlushed() throws Exception {
    HostConfiguration wanted = deadEnds(Side.SERVER, POOL, POOL4);
    host.configure(wanted);
    assertThat(host.configure(wanted).changed()).isEmpty();
    OwnNetwork.run("ip", "-6", "route", "flush", "proto", "199");
    OwnNetwork.run("ip", "-4", "route", "flush", "proto", "199");

    assertThat(host.configure(wanted).changed()).hasSize(2);

    assertThat(unreachable("-6")).containsExactly(POOL.toString());
    assertThat(unreachable("-4")).containsExactly(POOL4.toString());
  }

  @Test
  void takesBackWhatItsSideNoLongerWantsAndNothingOfOthers() throws Exception {
    IpPrefix operators = IpPrefix.parse("2001:db8:7000::/40");
    OwnNetwork.run("ip", "-6", "route", "add", "unreachable", operators.toString());
    IpPrefix clients = IpPrefix.parse("2001:db8:1::/48");
    host.configure(deadEnds(Side.SERVER, POOL, POOL4));
    host.configure(deadEnds(Side.CLIENT, clients));

    // The next process has no memory of this one.
    host.close();
    new LinuxHostNetwork().configure(deadEnds(Side.SERVER, IpPrefix.parse("2001:db8:9000::/40")));

    assertThat(unreachable("-6"))
        .containsExactlyInAnyOrder(operators.toString(), clients.toString(), "2001:db8:9000::/40");
    assertThat(unreachable("-4")).isEmpty();
  }

  @Test
  void switchesForwardingOnAndLeavesItOn() throws Exception {
    HostConfiguration wanted =
        forwarding(Set.of(IpVersion.IPV4, IpVersion.IPV6), HostSetting.FORWARDING);
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0");

    HostState state = host.configure(wanted);

    assertThat(state.missing()).isEmpty();
    assertThat(state.changed())
        .hasSize(3)
        .anyMatch(line -> line.startsWith("net.ipv6.conf.default.accept_ra=2 is set"))
        .anyMatch(line -> line.startsWith("net.ipv6.conf.all.forwarding=1 is set"))
        .anyMatch(line -> line.startsWith("net.ipv4.ip_forward=1 is set"));
    assertThat(setting("net.ipv6.conf.all.forwarding")).isEqualTo("1");
    assertThat(setting("net.ipv4.ip_forward")).isEqualTo("1");
    assertThat(host.configure(wanted)).isEqualTo(new HostState(List.of(), List.of()));

    host.configure(HostConfiguration.nothing(Side.SERVER));

    assertThat(setting("net.ipv6.conf.all.forwarding")).isEqualTo("1");
  }

  @Test
  void switchesForwardingOnAgain() throws Exception {
    HostConfiguration wanted = forwarding(Set.of(IpVersion.IPV6), HostSetting.FORWARDING);
    host.configure(wanted);
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=0");

    host.configure(wanted);

    assertThat(setting("net.ipv6.conf.all.forwarding")).isEqualTo("1");
  }

  @Test
  void saysWhatToTypeWhereItMayNot() throws Exception {
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0");
    HostConfiguration wanted = forwarding(Set.of(IpVersion.IPV4, IpVersion.IPV6));

    assertThat(host.configure(wanted).missing())
        .hasSize(2)
        .anyMatch(line -> line.endsWith("type: sysctl -w net.ipv6.conf.all.forwarding=1"))
        .anyMatch(line -> line.endsWith("type: sysctl -w net.ipv4.ip_forward=1"));
    assertThat(setting("net.ipv6.conf.all.forwarding")).isEqualTo("0");

    OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1");
    assertThat(host.configure(wanted).missing()).isEmpty();
  }

  /** The kernel asks the interface, too, and it is the operator's. */
  @Test
  void saysWhatToTypeWhereTheUplinkForwardsNoIpv4() throws Exception {
    OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "peer0");
    OwnNetwork.run("ip", "address", "add", "192.0.2.2/24", "dev", "up0");
    OwnNetwork.run("ip", "link", "set", "up0", "up");
    OwnNetwork.run("ip", "route", "add", "default", "via", "192.0.2.1");
    HostConfiguration wanted = forwarding(Set.of(IpVersion.IPV4), HostSetting.FORWARDING);
    assertThat(host.configure(wanted).missing()).isEmpty();

    OwnNetwork.run("sysctl", "-qw", "net.ipv4.conf.up0.forwarding=0");
    HostState closed = host.configure(wanted);

    assertThat(closed.changed()).isEmpty();
    assertThat(closed.missing())
        .containsExactly(
            "IPv4 that comes in by up0 is not forwarded: nothing passes from there to tunnels;"
                + " if that is meant, add up0 to closedInterfaces; if not,"
                + " type: sysctl -w net.ipv4.conf.up0.forwarding=1");
    assertThat(host.configure(wanted.closing(Set.of("up0"))).missing()).isEmpty();
    assertThat(host.configure(wanted.closing(Set.of("up1"))).missing()).hasSize(1);
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.conf.up0.forwarding=1");
    assertThat(host.configure(wanted).missing()).isEmpty();
  }

  @Test
  void saysWhatToTypeWhereTheLanForwardsNoIpv4() throws Exception {
    OwnNetwork.run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "peer0");
    OwnNetwork.run("ip", "address", "add", "10.64.7.1/24", "dev", "lan0");
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.conf.lan0.forwarding=0");

    assertThat(
            host.configure(
                    new HostConfiguration(
                        Side.CLIENT,
                        Set.of(POOL4),
                        Set.of(),
                        Set.of(IpVersion.IPV4),
                        Set.of(),
                        Set.of()))
                .missing())
        .containsExactly(
            "IPv4 that comes in by lan0 is not forwarded: hosts there reach nothing through the"
                + " tunnel; if that is meant, add lan0 to closedInterfaces; if not, type: sysctl -w net.ipv4.conf.lan0.forwarding=1");
  }

  @Test
  void saysSoBeforeTheFirstTunnelStands() throws Exception {
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0");
    HostConfiguration nothingAllowed =
        new HostConfiguration(Side.SERVER, Set.of(POOL), Set.of(), Set.of(), Set.of(), Set.of());

    assertThat(host.configure(nothingAllowed).missing())
        .singleElement()
        .asString()
        .endsWith("type: sysctl -w net.ipv6.conf.all.forwarding=1");
    assertThat(host.configure(deadEnds(Side.SERVER, POOL)).missing()).isEmpty();
    assertThat(setting("net.ipv6.conf.all.forwarding")).isEqualTo("0");
  }

  /** The other end of a link in the same namespace is neighbor enough. */
  @Test
  void answersForTunnelsWhereAPoolLiesInTheLinksPrefix() throws Exception {
    link("2001:db8:8000::2/64");
    String first = "2001:db8:8000::a";
    String second = "2001:db8:8000::b";

    HostState state = host.configure(neighbors(first, second));

    assertThat(setting("net.ipv6.conf.up0.proxy_ndp")).isEqualTo("1");
    assertThat(state.missing()).isEmpty();
    assertThat(proxied()).contains(first, second, "dev up0");

    host.configure(neighbors(second));

    assertThat(proxied()).contains(second).doesNotContain(first);
  }

  /** The kernel forgets it when a link goes down, and a look in half a minute is none. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip -6 neigh del proxy 2001:db8:8000::a dev up0",
        "sysctl -qw net.ipv6.conf.up0.proxy_ndp=0",
        "ip link set up0 down; ip link set up0 up; ip address replace 2001:db8:8000::2/64 dev up0"
            + " nodad",
        "ip link add up1 type veth peer name peer1; ip link set up1 up; ip address add"
            + " 2001:db8:8000::3/64 dev up1 nodad"
      })
  void answersAgainAtTheNextLook(String commands) throws Exception {
    link("2001:db8:8000::2/64");
    String neighbor = "2001:db8:8000::a";
    host.configure(neighbors(neighbor));
    host.configure(neighbors(neighbor));
    boolean another = commands.contains("up1");
    for (String command : commands.split(";")) {
      OwnNetwork.run(command.strip().split(" "));
    }

    host.configure(neighbors(neighbor));

    assertThat(proxied()).contains(neighbor + " dev up0");
    assertThat(setting("net.ipv6.conf.up0.proxy_ndp")).isEqualTo("1");
    assertThat(proxied().contains(neighbor + " dev up1")).isEqualTo(another);
  }

  @Test
  void takesBackProxiedNeighborsOfAnEarlierProcessOnly() throws Exception {
    link("2001:db8:8000::2/64");
    OwnNetwork.run("ip", "-6", "neigh", "add", "proxy", "2001:db8:8000::c", "dev", "up0");
    host.configure(neighbors("2001:db8:8000::a"));

    host.close();
    new LinuxHostNetwork().configure(HostConfiguration.nothing(Side.SERVER));

    assertThat(proxied()).contains("2001:db8:8000::c").doesNotContain("2001:db8:8000::a");
  }

  @Test
  void saysThatNeighborsWouldLookInVain() throws Exception {
    link("2001:db8:8000::2/64");

    assertThat(host.configure(deadEnds(Side.SERVER, POOL)).missing())
        .singleElement()
        .asString()
        .contains(
            "2001:db8:8000::/64 of interface up0",
            POOL.toString(),
            "sysctl -w net.ipv6.conf.up0.proxy_ndp=1",
            "route the pools to this host");
    assertThat(setting("net.ipv6.conf.up0.proxy_ndp")).isEqualTo("0");
  }

  @Test
  void loosensAFilterThatDropsWhatIsAnsweredThroughTheTunnel() throws Exception {
    LinuxNetworkDevices devices = new LinuxNetworkDevices();
    link("2001:db8:8000::2/64");
    OwnNetwork.run("sysctl", "-qw", "net.ipv4.conf.up0.rp_filter=1");
    OwnNetwork.run("ip", "route", "add", "default", "dev", "up0", "metric", "600");
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      devices.configure(tun.name(), defaultRoute(2048));
      assertThat(host.configure(reversePath()).missing()).isEmpty();

      devices.configure(tun.name(), defaultRoute(512));
      assertThat(new LinuxHostNetwork().configure(reversePath()).missing())
          .singleElement()
          .asString()
          .contains("interface up0 drops IPv4", "type: sysctl -w net.ipv4.conf.up0.rp_filter=2");

      assertThat(host.configure(reversePath(HostSetting.REVERSE_PATH)).missing()).isEmpty();
      assertThat(setting("net.ipv4.conf.up0.rp_filter")).isEqualTo("2");
    }
  }

  private static DeviceConfiguration defaultRoute(int metric) {
    return new DeviceConfiguration(
        Set.of(InterfaceAddress.host(IpAddresses.parse("10.64.0.5"))),
        Set.of(IpPrefix.parse("0.0.0.0/0")),
        Set.of(),
        1280,
        metric);
  }

  private static HostConfiguration reversePath(HostSetting... allowed) {
    return new HostConfiguration(
        Side.CLIENT, Set.of(), Set.of(), Set.of(), Set.of(), Set.of(allowed));
  }

  private static HostConfiguration deadEnds(Side side, IpPrefix... prefixes) {
    return new HostConfiguration(
        side, Set.of(prefixes), Set.of(), Set.of(), Set.of(), Set.of(HostSetting.FORWARDING));
  }

  private static HostConfiguration forwarding(Set<IpVersion> versions, HostSetting... allowed) {
    return new HostConfiguration(
        Side.SERVER, Set.of(), Set.of(), versions, Set.of(), Set.of(allowed));
  }

  private static HostConfiguration neighbors(String... addresses) {
    return new HostConfiguration(
        Side.SERVER,
        Set.of(POOL),
        Set.of(),
        Set.of(),
        Arrays.stream(addresses).map(IpAddresses::parse).collect(Collectors.toSet()),
        Set.of(HostSetting.NEIGHBOR_PROXY, HostSetting.FORWARDING));
  }

  private static void link(String address) throws Exception {
    OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    OwnNetwork.run("ip", "link", "set", "up0", "up");
    OwnNetwork.run("ip", "link", "set", "far0", "up");
    OwnNetwork.run("ip", "address", "add", address, "dev", "up0", "nodad");
  }

  private static String proxied() throws Exception {
    return OwnNetwork.run("ip", "-6", "neigh", "show", "proxy");
  }

  private static String setting(String name) throws Exception {
    return OwnNetwork.run("sysctl", "-n", name).strip();
  }

  private static List<String> unreachable(String family) throws Exception {
    return OwnNetwork.run("ip", family, "route", "show", "type", "unreachable")
        .lines()
        .map(line -> line.split(" ", -1)[1])
        .toList();
  }
}
