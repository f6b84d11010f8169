package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.netdev.HostState;
import org.culvert.api.netdev.SourceRoute;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A host whose own IPv6 comes by router advertisements, beside its tunnel. */
@ExtendWith(OwnNetwork.class)
class AdvertisedUplinkTest {
  private static final String FAR = "2001:db8:ffff::1";
  private static final String ADDRESS = "2001:db8:1::7";
  private static final IpPrefix PREFIX = IpPrefix.parse("2001:db8:700::/48");

  @TempDir Path directory;

  private final LinuxHostNetwork host = new LinuxHostNetwork();
  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @BeforeEach
  void need() {
    assumeTrue(Neighborhood.canBe(), "needs root, radvd, ip and sysctl");
  }

  @Test
  void defaultRouteOutlivesItsLifetimeWhenTheHostForwards() throws Exception {
    try (Neighborhood neighborhood = Neighborhood.build(directory)) {
      neighborhood.advertise();
      await("a default route", AdvertisedUplinkTest::isAdvertised);

      HostState state = host.configure(forwarding(HostSetting.FORWARDING));

      assertThat(state.missing()).isEmpty();
      assertThat(state.changed())
          .hasSize(3)
          .anyMatch(line -> line.startsWith("net.ipv6.conf.up0.accept_ra=2 is set"))
          .anyMatch(line -> line.startsWith("net.ipv6.conf.default.accept_ra=2 is set"))
          .anyMatch(line -> line.startsWith("net.ipv6.conf.all.forwarding=1 is set"));
      assertThat(isAdvertised()).isTrue();
      Neighborhood.outliveOneAdvertisement();
      await("the route, still or again", AdvertisedUplinkTest::isAdvertised);

      // The clock of the kernel's routes runs: without a router the route does go.
      neighborhood.fallSilent();
      await("the route is over", () -> !isAdvertised());
    }
  }

  @Test
  void saysWhatToTypeFirstWhereItMayNot() throws Exception {
    try (Neighborhood neighborhood = Neighborhood.build(directory)) {
      neighborhood.advertise();
      await("a default route", AdvertisedUplinkTest::isAdvertised);

      assertThat(host.configure(forwarding()).missing())
          .hasSize(2)
          .anyMatch(line -> line.endsWith("type: sysctl -w net.ipv6.conf.up0.accept_ra=2"))
          .anyMatch(line -> line.endsWith("type: sysctl -w net.ipv6.conf.all.forwarding=1"));
    }
  }

  /** Who takes advertisements by a program of its own has switched the kernel's off. */
  @Test
  void leavesAnInterfaceAloneWhoseAdvertisementsAnotherProgramTakes() throws Exception {
    try (Neighborhood neighborhood = Neighborhood.build(directory)) {
      OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=0");
      OwnNetwork.run(
          "ip", "-6", "route", "add", "default", "via", "fe80::1", "dev", "up0", "proto", "ra");

      host.configure(forwarding(HostSetting.FORWARDING));

      assertThat(OwnNetwork.run("sysctl", "-n", "net.ipv6.conf.up0.accept_ra").strip())
          .isEqualTo("0");
      neighborhood.fallSilent();
    }
  }

  @Test
  void packetsFromTheTunnelLeaveByItAndOthersByWhatIsThere() throws Exception {
    try (Neighborhood neighborhood = Neighborhood.build(directory);
        TunDevice tun = tunnel()) {
      HostConfiguration wanted = sources(tun.name());
      assertThat(host.configure(wanted).missing()).isEmpty();
      assertThat(wayTo(FAR)).contains("dev tun0");
      assertThat(wayFrom(ADDRESS)).contains("dev tun0");

      neighborhood.advertise();
      await("IPv6 of its own", () -> wayTo(FAR).contains("dev up0"));
      assertThat(wayFrom(ADDRESS)).contains("dev tun0");
      assertThat(wayFrom("2001:db8:700::1")).contains("dev tun0");
      assertThat(OwnNetwork.run("ip", "route", "get", "2001:db8:cafe:1::1", "from", ADDRESS))
          .as("a network that this host is connected to")
          .contains("dev up0");

      neighborhood.fallSilent();
      await("the tunnel again", () -> wayTo(FAR).contains("dev tun0"));
      assertThat(wayFrom(ADDRESS)).contains("dev tun0");
      assertThat(wayFrom("2001:db8:700::1")).contains("dev tun0");
    }
  }

  /** Old guides write a default route for IPv6 so, and OpenVPN writes one in two halves. */
  @ParameterizedTest
  @ValueSource(strings = {"default", "2000::/3", "::/1;8000::/1"})
  void whatStandsForADefaultRouteIsNone(String destinations) throws Exception {
    try (TunDevice tun = tunnel()) {
      OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
      OwnNetwork.run("ip", "link", "set", "up0", "up");
      OwnNetwork.run("ip", "link", "set", "far0", "up");
      host.configure(sources(tun.name()));

      for (String destination : destinations.split(";")) {
        OwnNetwork.run("ip", "-6", "route", "add", destination, "dev", "up0");
      }

      assertThat(wayFrom(ADDRESS)).contains("dev tun0");
      assertThat(wayFrom("2001:db8:700::1")).contains("dev tun0");
      assertThat(wayTo(FAR)).contains("dev up0");
    }
  }

  @Test
  void bringsRulesBackAndNeverLetsSuchPacketsLeaveElsewhere() throws Exception {
    TunDevice tun = tunnel();
    OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    OwnNetwork.run("ip", "link", "set", "up0", "up");
    OwnNetwork.run("ip", "link", "set", "far0", "up");
    OwnNetwork.run("ip", "-6", "route", "add", "default", "dev", "up0");
    host.configure(sources(tun.name()));
    OwnNetwork.run("ip", "-6", "rule", "flush");
    OwnNetwork.run("ip", "-6", "rule", "add", "priority", "32766", "lookup", "main");
    OwnNetwork.run("ip", "-6", "route", "flush", "table", "5572");
    assertThat(wayFrom("2001:db8:700::1")).contains("dev up0");

    host.configure(sources(tun.name()));
    assertThat(wayFrom("2001:db8:700::1")).contains("dev tun0");

    tun.close();
    OwnNetwork.run("ip", "-6", "address", "add", "2001:db8:700::1/128", "dev", "lo");
    assertThat(OwnNetwork.tried("ip", "route", "get", FAR, "from", "2001:db8:700::1"))
        .contains("No route to host");
    assertThat(host.configure(sources("tun0")).missing())
        .anyMatch(line -> line.contains("there is no device tun0"));
  }

  @Test
  void nextProcessTakesBackRulesAndTheirTable() throws Exception {
    OwnNetwork.run("ip", "-6", "rule", "add", "from", PREFIX.toString(), "table", "100");
    try (TunDevice tun = tunnel()) {
      host.configure(sources(tun.name()));

      host.close();
      new LinuxHostNetwork().configure(HostConfiguration.nothing(Side.SERVER));
      assertThat(OwnNetwork.run("ip", "-6", "rule")).contains("lookup 5572");

      new LinuxHostNetwork().configure(HostConfiguration.nothing(Side.CLIENT));
      assertThat(OwnNetwork.run("ip", "-6", "rule"))
          .doesNotContain("lookup 5572", "suppress_prefixlength")
          .contains("lookup 100");
      assertThat(OwnNetwork.tried("ip", "-6", "route", "show", "table", "5572"))
          .doesNotContain("default");
    }
  }

  /** The kernel's and radvd's own timers need seconds, and more on a busy machine. */
  private static void await(String what, Callable<Boolean> condition) throws Exception {
    long begin = System.nanoTime();
    while (!condition.call()) {
      assertThat(System.nanoTime() - begin).as(what).isLessThan(TimeUnit.MINUTES.toNanos(1));
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private TunDevice tunnel() throws Exception {
    TunDevice tun = devices.openTun("tun0", 1280);
    devices.configure(
        tun.name(),
        new DeviceConfiguration(
            Set.of(
                InterfaceAddress.host(IpAddresses.parse(ADDRESS)),
                InterfaceAddress.host(IpAddresses.parse("2001:db8:700::1"))),
            Set.of(IpPrefix.parse("::/0")),
            1280));
    return tun;
  }

  private static HostConfiguration forwarding(HostSetting... allowed) {
    return new HostConfiguration(
        Side.SERVER, Set.of(), Set.of(), Set.of(IpVersion.IPV6), Set.of(), Set.of(allowed));
  }

  private static HostConfiguration sources(String device) {
    return new HostConfiguration(
        Side.CLIENT,
        Set.of(PREFIX),
        Set.of(
            new SourceRoute(IpPrefix.host(IpAddresses.parse(ADDRESS)), device, 5572, 5572),
            new SourceRoute(PREFIX, device, 5572, 5572)),
        Set.of(),
        Set.of(),
        Set.of());
  }

  private static boolean isAdvertised() throws Exception {
    return OwnNetwork.run("ip", "-6", "route", "show", "default", "proto", "ra")
        .contains("dev up0");
  }

  private static String wayTo(String address) throws Exception {
    return OwnNetwork.run("ip", "route", "get", address);
  }

  private static String wayFrom(String source) throws Exception {
    return OwnNetwork.run("ip", "route", "get", FAR, "from", source);
  }
}
