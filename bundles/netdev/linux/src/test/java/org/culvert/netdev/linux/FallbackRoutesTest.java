package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.TunDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes that hold while nobody else has one, and routes of the link. */
@ExtendWith(OwnNetwork.class)
class FallbackRoutesTest {
  private static final String PREFIX = "2001:db8:100::/48";
  private static final String INSIDE = "2001:db8:100::1";

  private final OpenDevices open = new OpenDevices();
  private final LinuxNetworkDevices devices = new LinuxNetworkDevices(open);

  @Test
  void fallbackRouteIsBehindEveryOther() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280);
        TunDevice other = devices.openTun("tun1", 1280)) {
      devices.configure(tun.name(), of(Set.of(), Set.of(PREFIX, "10.1.0.0/16")));
      assertThat(routes("tun0")).contains(PREFIX + " proto 199 metric 4261412864");
      assertThat(wayTo(INSIDE)).contains("dev tun0");

      OwnNetwork.run("ip", "-6", "route", "add", PREFIX, "dev", other.name());
      OwnNetwork.run("ip", "route", "add", "10.1.0.0/16", "dev", other.name(), "metric", "1024");

      assertThat(wayTo(INSIDE)).contains("dev tun1");
      assertThat(wayTo("10.1.2.3")).contains("dev tun1");
      OwnNetwork.run("ip", "-6", "route", "del", PREFIX, "dev", other.name());
      assertThat(wayTo(INSIDE)).contains("dev tun0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {PREFIX, "10.1.0.0/16", "::/0", "0.0.0.0/0"})
  void routeBecomesAFallbackAndBack(String prefix) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      String family = prefix.contains(":") ? "-6" : "-4";
      String metric = prefix.endsWith("/0") ? "metric 2048" : "metric 512";
      for (int i = 0; i < 2; i++) {
        devices.configure(tun.name(), of(Set.of(prefix), Set.of()));
        assertThat(ours(family)).hasLineCount(1).contains(metric);
        devices.configure(tun.name(), of(Set.of(), Set.of(prefix)));
        assertThat(ours(family)).hasLineCount(1).contains("metric 4261412864");
      }
      devices.configure(tun.name(), of(Set.of(), Set.of()));
      assertThat(ours(family)).isBlank();
    }
  }

  /** The kernel tells in which order it was told: never was there no way. */
  @Test
  void swapsWithoutAGap() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      devices.configure(tun.name(), of(Set.of(PREFIX), Set.of()));
      Process monitor =
          new ProcessBuilder("ip", "-N", "-6", "monitor", "route")
              .redirectErrorStream(true)
              .start();
      try {
        // What the monitor sees first shows that it listens.
        var seen = monitor.inputReader();
        String first = "";
        for (int i = 0; !first.contains("2001:db8:fff") && i < 1000; i++) {
          OwnNetwork.run("ip", "-6", "route", "replace", "2001:db8:fff::/48", "dev", "tun0");
          first = seen.ready() ? seen.readLine() : "";
        }
        devices.configure(tun.name(), of(Set.of(), Set.of(PREFIX)));
        String added = seen.readLine();
        while (!added.contains(PREFIX)) {
          added = seen.readLine();
        }
        assertThat(added).doesNotContain("Deleted").contains("metric 4261412864");
        assertThat(seen.readLine()).startsWith("Deleted " + PREFIX).contains("metric 512");
      } finally {
        monitor.destroy();
      }
    }
  }

  @Test
  void nextProcessTakesFallbackRoutesOver() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      devices.configure(tun.name(), of(Set.of("2001:db8:200::/48"), Set.of(PREFIX)));

      new LinuxNetworkDevices(open)
          .configure(tun.name(), of(Set.of(PREFIX), Set.of("2001:db8:300::/48")));

      assertThat(ours("-6"))
          .hasLineCount(2)
          .contains(PREFIX + " dev tun0 proto 199 metric 512")
          .contains("2001:db8:300::/48 dev tun0 proto 199 metric 4261412864");
    }
  }

  /** The same destination with another metric must not be taken for the one that is wanted. */
  @Test
  void refusesAFallbackThatAnotherDeviceHas() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280);
        TunDevice other = devices.openTun("tun1", 1280)) {
      devices.configure(other.name(), of(Set.of(), Set.of(PREFIX)));

      assertThatThrownBy(() -> devices.configure(tun.name(), of(Set.of(PREFIX), Set.of(PREFIX))))
          .isInstanceOf(IOException.class)
          .hasMessageContaining(PREFIX)
          .hasMessageContaining("metric 4261412864");

      assertThat(routes("tun0")).contains("metric 512").doesNotContain("metric 4261412864");
    }
  }

  @Test
  void leavesAFallbackAloneThatAnotherProgramMade() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      OwnNetwork.run("ip", "-6", "route", "add", PREFIX, "dev", "tun0", "metric", "4261412864");

      devices.configure(tun.name(), of(Set.of(), Set.of(PREFIX)));
      devices.configure(tun.name(), of(Set.of(), Set.of()));

      assertThat(routes("tun0")).contains(PREFIX + " metric 4261412864");
    }
  }

  @Test
  void everyLinkHasItsLinkLocalRoute() throws Exception {
    DeviceConfiguration first = link("fe80::1");
    DeviceConfiguration second = link("fe80::2");
    try (TunDevice tun = devices.openTun("tun0", 1280);
        TunDevice other = devices.openTun("tun1", 1280)) {
      for (int i = 0; i < 2; i++) {
        devices.configure(tun.name(), first);
        devices.configure(other.name(), second);
      }
      new LinuxNetworkDevices(open).configure(tun.name(), first);

      assertThat(routes("tun0")).contains("fe80::/64 proto 199");
      assertThat(routes("tun1")).contains("fe80::/64 proto 199");
      assertThat(OwnNetwork.run("ip", "-6", "route", "get", "fe80::9", "oif", "tun1"))
          .contains("dev tun1", "src fe80::2");
      assertThat(devices.verify(tun.name(), first)).isEmpty();

      devices.configure(tun.name(), of(Set.of(), Set.of()));
      assertThat(routes("tun0")).doesNotContain("fe80");
      assertThat(routes("tun1")).contains("fe80::/64");
    }
  }

  /** What routing daemons look at before they speak on a device. */
  @Test
  void tunIsAMulticastLinkBetweenTwo() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1280)) {
      assertThat(OwnNetwork.run("ip", "link", "show", "dev", tun.name()))
          .contains("POINTOPOINT", "MULTICAST", "UP");
      assertThat(OwnNetwork.run("ip", "-6", "route", "show", "table", "local", "dev", tun.name()))
          .contains("multicast ff00::/8");
    }
  }

  private static DeviceConfiguration of(Set<String> routes, Set<String> fallbacks) {
    return new DeviceConfiguration(Set.of(), prefixes(routes), prefixes(fallbacks), 1280);
  }

  private static DeviceConfiguration link(String address) {
    return new DeviceConfiguration(
        Set.of(new InterfaceAddress(IpAddresses.parse(address), 64)), Set.of(), 1280);
  }

  private static Set<IpPrefix> prefixes(Set<String> texts) {
    return texts.stream().map(IpPrefix::parse).collect(Collectors.toSet());
  }

  private static String routes(String device) throws Exception {
    return OwnNetwork.run("ip", "-N", "-6", "route", "show", "dev", device);
  }

  private static String ours(String family) throws Exception {
    String all = OwnNetwork.run("ip", "-N", family, "route", "show");
    return Arrays.stream(all.split("\n"))
        .filter(line -> line.contains("proto 199"))
        .collect(Collectors.joining("\n"));
  }

  private static String wayTo(String address) throws Exception {
    return OwnNetwork.run("ip", "route", "get", address);
  }
}
