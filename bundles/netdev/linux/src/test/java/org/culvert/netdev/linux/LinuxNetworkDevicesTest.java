package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.util.HashSet;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.TunDevice;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnNetwork.class)
class LinuxNetworkDevicesTest {
  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @Test
  void tellsAnInterfaceOfAnotherKindThatHasAName() throws Exception {
    OwnNetwork.run("ip", "link", "add", "br-lan", "type", "veth", "peer", "name", "veth9");
    OwnNetwork.run("ip", "tuntap", "add", "mode", "tun", "name", "vpn0");

    assertThat(devices.foreign("lo")).contains("lo");
    assertThat(devices.foreign("br-lan")).contains("br-lan");
    assertThat(devices.foreign("br")).contains("br-lan");
    assertThat(devices.foreign("b")).isEmpty();
    assertThat(devices.foreign("vpn0")).isEmpty();
    assertThat(devices.foreign("culvert0")).isEmpty();
  }

  @Test
  void bringsATunUpWithItsMtuAndNoAddressOfItsOwn() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      assertThat(tun.name()).isEqualTo("tun0");
      assertThat(OwnNetwork.run("ip", "link", "show", "dev", "tun0")).contains("UP", "mtu 1280");
      assertThat(addresses("tun0")).isEmpty();
    }
  }

  @Test
  @Demands({"R-2-16", "D-2-9"})
  void addsWhatIsNamedAndRemovesWhatIsNotAnyMore() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      devices.configure(
          tun.name(),
          configuration(
              Set.of("2001:db8:1::1/64", "2001:db8:2::1/128"),
              Set.of("2001:db8:100::/48", "::/0"),
              1280));
      assertThat(addresses("tun0")).contains("2001:db8:1::1/64", "2001:db8:2::1/128");
      assertThat(routes("tun0"))
          .contains(
              "2001:db8:1::/64",
              "2001:db8:100::/48",
              "default",
              "proto 199",
              "metric 512",
              "metric 2048");

      devices.configure(
          tun.name(),
          configuration(Set.of("2001:db8:2::1/128"), Set.of("2001:db8:200::/56"), 1400));
      assertThat(addresses("tun0")).contains("2001:db8:2::1/128").doesNotContain("db8:1::1");
      assertThat(routes("tun0"))
          .contains("2001:db8:200::/56")
          .doesNotContain("2001:db8:1::/64")
          .doesNotContain("2001:db8:100::/48")
          .doesNotContain("default");
      assertThat(OwnNetwork.run("ip", "link", "show", "dev", "tun0")).contains("mtu 1400");
    }
  }

  /**
   * Devices come and go for years, and what they have is known to the kernel. Of those that are
   * open it is known which they are, and of addresses that were given just now that they are new.
   */
  @Test
  void remembersNothingOfWhatDevicesHave() {
    assertThat(LinuxNetworkDevices.class.getDeclaredFields())
        .filteredOn(field -> !Set.of(OpenDevices.class, Newcomers.class).contains(field.getType()))
        .allMatch(field -> Modifier.isStatic(field.getModifiers()));
  }

  @Test
  void configuresIpv4Too() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(
          tun.name(),
          configuration(Set.of("192.0.2.1/24"), Set.of("198.51.100.0/24", "0.0.0.0/0"), 1400));
      assertThat(OwnNetwork.run("ip", "-4", "addr", "show", "dev", "tun0"))
          .contains("192.0.2.1/24");
      assertThat(OwnNetwork.run("ip", "-4", "route", "show", "dev", "tun0"))
          .contains("192.0.2.0/24", "198.51.100.0/24", "default");

      devices.configure(tun.name(), configuration(Set.of(), Set.of(), 1400));
      assertThat(OwnNetwork.run("ip", "-4", "addr", "show", "dev", "tun0"))
          .doesNotContain("192.0.2.1");
      assertThat(OwnNetwork.run("ip", "-4", "route", "show", "dev", "tun0")).isBlank();
    }
  }

  @Test
  void leavesAloneWhatOthersPutThere() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      OwnNetwork.run("ip", "-6", "addr", "add", "2001:db8:9::1/128", "dev", "tun0", "nodad");
      OwnNetwork.run("ip", "-6", "route", "add", "2001:db8:9::/48", "dev", "tun0");
      OwnNetwork.run("ip", "-6", "route", "add", "2001:db8:8::/48", "dev", "tun0", "metric", "512");

      devices.configure(
          tun.name(),
          configuration(
              Set.of("2001:db8:9::1/128"), Set.of("2001:db8:9::/48", "2001:db8:8::/48"), 1280));
      devices.configure(tun.name(), configuration(Set.of(), Set.of(), 1280));

      assertThat(addresses("tun0")).contains("2001:db8:9::1/128");
      assertThat(routes("tun0")).contains("2001:db8:9::/48", "2001:db8:8::/48");
      assertThat(routes("tun0")).doesNotContain("proto 199");
    }
  }

  @Test
  void addressOfOthersStaysTheirsThoughItHasNoLocalRoute() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      OwnNetwork.address("2001:db8:9::1/128", "tun0");
      OwnNetwork.run("ip", "-6", "route", "del", "local", "2001:db8:9::1", "table", "local");

      devices.configure(tun.name(), configuration(Set.of("2001:db8:9::1/128"), Set.of(), 1280));
      devices.configure(tun.name(), configuration(Set.of(), Set.of(), 1280));

      assertThat(addresses("tun0")).contains("2001:db8:9::1/128");
    }
  }

  @Test
  void putsBackWhatSomebodyRemoved() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      DeviceConfiguration wanted =
          configuration(Set.of("2001:db8:1::1/64"), Set.of("2001:db8:100::/48"), 1280);
      devices.configure(tun.name(), wanted);
      OwnNetwork.run("ip", "link", "set", "tun0", "down");
      OwnNetwork.run("ip", "link", "set", "tun0", "up");
      assertThat(addresses("tun0")).doesNotContain("2001:db8:1::1");

      devices.configure(tun.name(), wanted);

      assertThat(addresses("tun0")).contains("2001:db8:1::1/64");
      assertThat(routes("tun0")).contains("2001:db8:100::/48");
    }
  }

  @Test
  void startsAfreshWithADeviceMadeAnew() throws Exception {
    DeviceConfiguration wanted = configuration(Set.of("2001:db8:1::1/64"), Set.of(), 1280);
    for (int i = 0; i < 2; i++) {
      try (TunDevice tun = devices.openTun("tun0", 1280)) {
        devices.configure(tun.name(), wanted);
        assertThat(addresses("tun0")).contains("2001:db8:1::1/64");
      }
    }
  }

  @Test
  void addsMoreRoutesThanFitOneRequest() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      Set<String> routes = new HashSet<>();
      for (int i = 0; i < 1000; i++) {
        routes.add("2001:db8:" + Integer.toHexString(0x1000 + i) + "::/48");
      }
      devices.configure(tun.name(), configuration(Set.of(), routes, 1280));
      assertThat(routes("tun0").lines().filter(line -> line.contains("proto 199"))).hasSize(1000);

      devices.configure(tun.name(), configuration(Set.of(), Set.of(), 1280));
      assertThat(routes("tun0")).doesNotContain("proto 199");
    }
  }

  @Test
  void refusesARouteThatLeadsElsewhereAndAddsTheOthers() throws Exception {
    try (TunDevice other = devices.openTun("tun1", 1280);
        TunDevice tun = devices.openTun("tun0", 1280)) {
      devices.configure(other.name(), configuration(Set.of(), Set.of("2001:db8:100::/48"), 1280));

      assertThatThrownBy(
              () ->
                  devices.configure(
                      tun.name(),
                      configuration(
                          Set.of("2001:db8:1::1/128"),
                          Set.of("2001:db8:100::/48", "2001:db8:200::/48"),
                          1280)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("2001:db8:100::/48")
          .hasMessageContaining("tun1 has one with metric 512");

      assertThat(routes("tun0")).contains("2001:db8:200::/48").doesNotContain("2001:db8:100::/48");
      devices.configure(tun.name(), configuration(Set.of(), Set.of(), 1280));
      assertThat(routes("tun1")).contains("2001:db8:100::/48");
    }
  }

  @Test
  void returnsWhenTheAddressAnswers() throws Exception {
    for (int i = 0; i < 50; i++) {
      try (TunDevice tun = devices.openTun("tun0", 1280)) {
        devices.configure(tun.name(), configuration(Set.of("2001:db8:1::1/128"), Set.of(), 1280));
        assertThat(OwnNetwork.run("ip", "-6", "route", "get", "2001:db8:1::1")).startsWith("local");
      }
    }
  }

  @Test
  void saysThatThereIsNoSuchDevice() {
    assertThatThrownBy(() -> devices.configure("tun9", configuration(Set.of(), Set.of(), 1280)))
        .isInstanceOf(IOException.class)
        .hasMessage("there is no network device named tun9");
  }

  private static DeviceConfiguration configuration(
      Set<String> addresses, Set<String> routes, int mtu) {
    Set<InterfaceAddress> parsed = new HashSet<>();
    for (String address : addresses) {
      String[] parts = address.split("/");
      parsed.add(new InterfaceAddress(IpAddresses.parse(parts[0]), Integer.parseInt(parts[1])));
    }
    Set<IpPrefix> destinations = new HashSet<>();
    routes.forEach(route -> destinations.add(IpPrefix.parse(route)));
    return new DeviceConfiguration(parsed, destinations, mtu);
  }

  private static String addresses(String device) throws Exception {
    return OwnNetwork.run("ip", "-6", "addr", "show", "dev", device);
  }

  private static String routes(String device) throws Exception {
    return OwnNetwork.run("ip", "-N", "-6", "route", "show", "dev", device);
  }
}
