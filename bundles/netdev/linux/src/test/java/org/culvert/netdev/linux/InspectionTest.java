package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.TunDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnNetwork.class)
class InspectionTest {
  private static final InterfaceAddress ADDRESS =
      InterfaceAddress.host(IpAddresses.parse("2001:db8:1::1"));
  private static final IpPrefix HOST = IpPrefix.parse("2001:db8:1::2/128");
  private static final IpPrefix DELEGATED = IpPrefix.parse("2001:db8:100::/48");
  private static final IpPrefix LEARNED = IpPrefix.parse("2001:db8:200::/48");
  private static final DeviceConfiguration WANTED =
      new DeviceConfiguration(Set.of(ADDRESS), Set.of(HOST, DELEGATED), Set.of(LEARNED), 1400);

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @Test
  void findsNothingWhereAllIsWell() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);

      assertThat(devices.verify(tun.name(), WANTED)).isEmpty();
    }
  }

  @Test
  void namesADeviceThatIsMissingOrDown() throws Exception {
    assertThat(devices.verify("tun9", WANTED)).containsExactly("device tun9 is missing");
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      OwnNetwork.run("ip", "link", "set", "tun0", "down");

      assertThat(devices.verify(tun.name(), WANTED)).contains("device tun0 is down");
    }
  }

  @Test
  void namesEachThingThatIsMissing() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);
      OwnNetwork.run("ip", "link", "set", "tun0", "mtu", "1300");
      OwnNetwork.run("ip", "-6", "route", "del", DELEGATED.toString(), "dev", "tun0");
      OwnNetwork.run("ip", "-6", "route", "del", LEARNED.toString(), "dev", "tun0");
      OwnNetwork.run("ip", "-6", "addr", "del", "2001:db8:1::1/128", "dev", "tun0");

      assertThat(devices.verify(tun.name(), WANTED))
          .containsExactly(
              "device tun0 has MTU 1300, not 1400",
              "device tun0 lacks the address 2001:db8:1::1/128",
              "device tun0 lacks the route to 2001:db8:100::/48 metric 512",
              "device tun0 lacks the route to 2001:db8:200::/48 metric 4261412864");
    }
  }

  @Test
  void namesRoutesThatTakePacketsFromOurs() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      devices.configure(tun.name(), WANTED);
      OwnNetwork.run(
          "ip",
          "-6",
          "route",
          "add",
          "2001:db8:100::/48",
          "dev",
          "tun1",
          "metric",
          "20",
          "proto",
          "186");
      OwnNetwork.run("ip", "-6", "route", "add", "2001:db8:100:5::/64", "dev", other.name());
      OwnNetwork.run("ip", "-6", "route", "add", "unreachable", "2001:db8:100:6::/64");

      List<String> findings = devices.verify(tun.name(), WANTED);

      assertThat(findings).hasSize(3);
      assertThat(findings)
          .contains(
              "the route to 2001:db8:100::/48 by tun0 is shadowed by 2001:db8:100::/48 metric 20"
                  + " protocol 186 by tun1; type: ip -6 route del 2001:db8:100::/48 dev tun1 metric"
                  + " 20",
              "the route to 2001:db8:100::/48 by tun0 is shadowed by 2001:db8:100:5::/64 metric"
                  + " 1024 protocol 3 by tun1; type: ip -6 route del 2001:db8:100:5::/64 dev tun1"
                  + " metric 1024");
      assertThat(findings)
          .anyMatch(line -> line.contains("shadowed by 2001:db8:100:6::/64 metric 1024"))
          .anyMatch(
              line -> line.endsWith("; type: ip -6 route del 2001:db8:100:6::/64 metric 1024"));
    }
  }

  /** A daemon's route is what a fallback waits for; whoever has a default route has others. */
  @Test
  void namesNoRouteThatIsAsItShouldBe() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      Set<IpPrefix> routes = new HashSet<>(WANTED.routes());
      routes.add(IpPrefix.parse("::/0"));
      DeviceConfiguration wanted =
          new DeviceConfiguration(WANTED.addresses(), routes, WANTED.fallbackRoutes(), 1400);
      devices.configure(tun.name(), wanted);
      OwnNetwork.run("ip", "-6", "route", "add", LEARNED.toString(), "dev", other.name());
      OwnNetwork.run("ip", "-6", "route", "add", "2001:db8:9::/48", "dev", other.name());
      OwnNetwork.run("ip", "-6", "route", "add", "2001:db8::/32", "dev", other.name());
      OwnNetwork.run("ip", "-6", "route", "add", "default", "dev", other.name(), "metric", "1024");
      OwnNetwork.run(
          "ip", "-6", "route", "add", "2001:db8:100:7::/64", "dev", "tun0", "metric", "20");
      assertThat(devices.verify(tun.name(), wanted)).isEmpty();

      OwnNetwork.run("ip", "-6", "route", "add", "default", "dev", other.name(), "metric", "10");
      assertThat(devices.verify(tun.name(), wanted)).isEmpty();
    }
  }

  @Test
  void looksAtIpv4Too() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      DeviceConfiguration wanted =
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(IpAddresses.parse("203.0.113.1"))),
              Set.of(IpPrefix.parse("10.7.0.0/16")),
              1400);
      devices.configure(tun.name(), wanted);
      assertThat(devices.verify(tun.name(), wanted)).isEmpty();

      OwnNetwork.run("ip", "route", "add", "10.7.0.0/16", "dev", other.name());
      OwnNetwork.run("ip", "addr", "add", "203.0.113.2/32", "dev", "tun0");
      OwnNetwork.run("ip", "addr", "del", "203.0.113.1/32", "dev", "tun0");

      assertThat(devices.verify(tun.name(), wanted))
          .containsExactly(
              "device tun0 lacks the address 203.0.113.1/32",
              "the route to 10.7.0.0/16 by tun0 is shadowed by 10.7.0.0/16 metric 0 protocol 3 by"
                  + " tun1; type: ip route del 10.7.0.0/16 dev tun1 metric 0");
    }
  }
}
