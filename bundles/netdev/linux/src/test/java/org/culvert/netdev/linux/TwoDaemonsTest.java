package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.netdev.SourceRoute;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two processes of ours on one host, which mark what they add in the same way. */
@ExtendWith(OwnNetwork.class)
class TwoDaemonsTest {
  private static final IpPrefix HOME = IpPrefix.parse("2001:db8:700::/48");
  private static final IpPrefix OFFICE = IpPrefix.parse("2001:db8:800::/48");
  private static final String FAR = "2001:db8:ffff::1";

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
  private final LinuxHostNetwork first = new LinuxHostNetwork();
  private final LinuxHostNetwork second = new LinuxHostNetwork();

  @AfterEach
  void close() {
    first.close();
    second.close();
  }

  @Test
  void twoClientsHaveRulesAndTablesOfTheirOwn() throws Exception {
    try (TunDevice home = tunnel("tun0", HOME);
        TunDevice office = tunnel("tun1", OFFICE)) {
      first.configure(client(HOME, home));
      second.configure(client(OFFICE, office));

      assertThat(wayFrom(HOME)).contains("dev tun0");
      assertThat(wayFrom(OFFICE)).contains("dev tun1");
      assertThat(rules()).contains("lookup 5572", "lookup 5573");
      assertThat(first.configure(client(HOME, home)).changed()).isEmpty();
    }
  }

  @Test
  void aClientThatEndsTakesBackWhatIsItsOwnAndNoMore() throws Exception {
    try (TunDevice home = tunnel("tun0", HOME);
        TunDevice office = tunnel("tun1", OFFICE)) {
      first.configure(client(HOME, home));
      second.configure(client(OFFICE, office));

      second.configure(HostConfiguration.nothing(Side.CLIENT));
      second.close();

      assertThat(rules()).contains("lookup 5572").doesNotContain("lookup 5573");
      assertThat(rules().lines().filter(line -> line.contains("suppress_prefixlength"))).hasSize(1);
      assertThat(wayFrom(HOME)).contains("dev tun0");
      assertThat(unreachable()).contains(HOME.toString()).doesNotContain(OFFICE.toString());
    }
  }

  @Test
  void whatAKilledOneLeftIsClearedByTheOther() throws Exception {
    try (TunDevice home = tunnel("tun0", HOME);
        TunDevice office = tunnel("tun1", OFFICE)) {
      first.configure(client(HOME, home));
      first.close();

      second.configure(client(OFFICE, office));

      assertThat(rules()).contains("from " + OFFICE).doesNotContain("from " + HOME);
      assertThat(rules()).contains("lookup 5572").doesNotContain("lookup 5573");
      assertThat(wayFrom(OFFICE)).contains("dev tun1");
      assertThat(OwnNetwork.run("ip", "-6", "route", "show", "table", "5572"))
          .contains("dev tun1")
          .doesNotContain("dev tun0");
      assertThat(unreachable()).contains(OFFICE.toString()).doesNotContain(HOME.toString());
    }
  }

  @Test
  void twoServersKeepTheirPoolsAndNeighbors() throws Exception {
    OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    OwnNetwork.run("ip", "link", "set", "up0", "up");
    OwnNetwork.run("ip", "link", "set", "far0", "up");
    OwnNetwork.run("ip", "address", "add", "2001:db8::2/32", "dev", "up0", "nodad");
    first.configure(server(HOME, "2001:db8:700::a"));

    second.configure(server(OFFICE, "2001:db8:800::b"));
    assertThat(unreachable()).contains(HOME.toString(), OFFICE.toString());
    assertThat(OwnNetwork.run("ip", "-6", "neigh", "show", "proxy"))
        .contains("2001:db8:700::a", "2001:db8:800::b");

    first.close();
    second.configure(server(OFFICE, "2001:db8:800::c"));
    assertThat(unreachable()).contains(OFFICE.toString()).doesNotContain(HOME.toString());
    assertThat(OwnNetwork.run("ip", "-6", "neigh", "show", "proxy"))
        .contains("2001:db8:800::c")
        .doesNotContain("2001:db8:700::a", "2001:db8:800::b");
  }

  private TunDevice tunnel(String name, IpPrefix prefix) throws Exception {
    TunDevice tun = devices.openTun(name, 1280);
    devices.configure(
        name,
        new DeviceConfiguration(
            Set.of(InterfaceAddress.host(IpAddresses.parse(address(prefix)))), Set.of(), 1280));
    return tun;
  }

  private static HostConfiguration client(IpPrefix prefix, TunDevice device) {
    return new HostConfiguration(
        Side.CLIENT,
        Set.of(prefix),
        Set.of(new SourceRoute(prefix, device.name(), 5572, 5572)),
        Set.of(),
        Set.of(),
        Set.of(HostSetting.FORWARDING));
  }

  private static HostConfiguration server(IpPrefix pool, String neighbor) {
    return new HostConfiguration(
        Side.SERVER,
        Set.of(pool),
        Set.of(),
        Set.of(),
        Set.of(IpAddresses.parse(neighbor)),
        Set.of(HostSetting.NEIGHBOR_PROXY, HostSetting.FORWARDING));
  }

  private static String address(IpPrefix prefix) {
    return prefix.toString().replaceAll("/.*", "1");
  }

  private static String wayFrom(IpPrefix prefix) throws Exception {
    return OwnNetwork.run("ip", "route", "get", FAR, "from", address(prefix));
  }

  private static String rules() throws Exception {
    return OwnNetwork.run("ip", "-6", "rule");
  }

  private static String unreachable() throws Exception {
    return OwnNetwork.run("ip", "-6", "route", "show", "type", "unreachable");
  }
}
