package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceWatcher;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnNetwork.class)
class LinuxDeviceWatchTest {
  private static final IpPrefix PREFIX = IpPrefix.parse("2001:db8:100::/48");
  private static final InterfaceAddress ADDRESS =
      InterfaceAddress.host(IpAddresses.parse("2001:db8:1::1"));
  private static final DeviceConfiguration WANTED =
      new DeviceConfiguration(Set.of(ADDRESS), Set.of(PREFIX, IpPrefix.parse("10.7.0.0/16")), 1400);

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();
  private final Heard heard = new Heard();

  /** Keeps what it is told. */
  static final class Heard implements DeviceWatcher {
    final Set<String> told = ConcurrentHashMap.newKeySet();

    /** How often it may have been any rival. */
    final AtomicInteger any = new AtomicInteger();

    @Override
    public void device(String device) {
      told.add("device " + device);
    }

    @Override
    public void address(String device, InetAddress address) {
      told.add("address " + device + " " + IpAddresses.text(address));
    }

    @Override
    public void newAddress(InetAddress address) {
      told.add("new " + IpAddresses.text(address));
    }

    @Override
    public void route(Optional<String> device, IpPrefix destination) {
      told.add("route " + device.orElse("?") + " " + destination);
    }

    @Override
    public void rival(Optional<IpPrefix> destination) {
      if (destination.isEmpty()) {
        any.incrementAndGet();
      }
      told.add("rival " + destination.map(IpPrefix::toString).orElse("?"));
    }

    @Override
    public void everything() {
      told.add("everything");
    }

    void awaits(String what) {
      Eventually.holds(what + " is told", () -> told.contains(what));
    }
  }

  @Test
  void tellsWhatDevicesLose() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      heard.awaits("device tun0");
      devices.configure(tun.name(), WANTED);

      OwnNetwork.run("ip", "-6", "route", "flush", "dev", "tun0");
      heard.awaits("route tun0 " + PREFIX);
      OwnNetwork.run("ip", "-4", "route", "flush", "dev", "tun0");
      heard.awaits("route tun0 10.7.0.0/16");
      OwnNetwork.run("ip", "address", "del", ADDRESS.toString(), "dev", "tun0");
      heard.awaits("address tun0 " + text(ADDRESS));
      heard.told.clear();
      OwnNetwork.run("sysctl", "-qw", "net.ipv4.conf.tun0.rp_filter=1");
      heard.awaits("device tun0");
    }
  }

  @Test
  void tellsOfAddressesThatComeAndGoOnAnyInterface() throws Exception {
    OwnNetwork.run("ip", "link", "add", "any0", "type", "veth", "peer", "name", "any1");
    OwnNetwork.run("ip", "link", "set", "any1", "up");
    OwnNetwork.run("ip", "link", "set", "any0", "up");
    try (Watch watch = devices.watch(heard)) {
      for (String address : new String[] {"192.0.2.1/32", "2001:db8:a::1/128"}) {
        String alone = address.substring(0, address.indexOf('/'));
        OwnNetwork.run("ip", "address", "add", address, "dev", "any0");
        heard.awaits("new " + alone);
        OwnNetwork.run("ip", "address", "del", address, "dev", "any0");
        heard.awaits("address any0 " + alone);
      }
    }
  }

  @Test
  void tellsThatAnAddressLostItsLocalRoute() throws Exception {
    InterfaceAddress ipv4 = InterfaceAddress.host(IpAddresses.parse("192.0.2.1"));
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(
          tun.name(), new DeviceConfiguration(Set.of(ADDRESS, ipv4), WANTED.routes(), 1400));

      OwnNetwork.run("ip", "-6", "route", "flush", "table", "local");
      heard.awaits("address tun0 " + text(ADDRESS));
      OwnNetwork.run("ip", "-4", "route", "flush", "table", "all", "dev", "tun0");
      heard.awaits("address tun0 " + text(ipv4));
    }
  }

  @Test
  void tellsOfADeviceThatIsChangedOrGoesOrHasAnotherName() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      for (String change : new String[] {"down", "up", "mtu 1300", "down"}) {
        heard.told.clear();
        OwnNetwork.run(("ip link set tun0 " + change).split(" "));
        heard.awaits("device tun0");
      }
      heard.told.clear();
      OwnNetwork.run("ip", "link", "set", "tun0", "name", "mine");
      heard.awaits("device tun0");
      heard.awaits("device mine");
      heard.told.clear();
      tun.close();
      heard.awaits("device mine");
    }
  }

  @Test
  void tellsThatARouteOfOursWasReplacedAndThatItsPlaceIsFree() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      devices.configure(tun.name(), WANTED);

      OwnNetwork.run(
          "ip", "-6", "route", "replace", PREFIX.toString(), "dev", "tun1", "metric", "512");
      heard.awaits("route ? " + PREFIX);
      OwnNetwork.run("ip", "-6", "route", "del", PREFIX.toString(), "dev", other.name());
      heard.awaits("route tun1 " + PREFIX);
    }
  }

  @Test
  void tellsOfRoutesOfOthersThatMayBeBetterThanOurs() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);

      for (String change : new String[] {"add", "del"}) {
        heard.told.clear();
        OwnNetwork.run("ip", "-6", "route", change, "blackhole", PREFIX.toString(), "metric", "1");
        heard.awaits("rival " + PREFIX);
        OwnNetwork.run("ip", "route", change, "10.7.0.0/16", "dev", "lo");
        heard.awaits("rival 10.7.0.0/16");
      }
    }
  }

  @Test
  void tellsNothingOfOtherTables() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);
      heard.told.clear();
      for (String change : new String[] {"add", "del"}) {
        OwnNetwork.run(
            ("ip -6 route " + change + " " + PREFIX + " dev lo table 7 metric 1").split(" "));
      }
      OwnNetwork.run("ip", "-6", "route", "add", "blackhole", "2001:db8:9::/48", "metric", "1");
      heard.awaits("rival 2001:db8:9::/48");

      assertThat(heard.told).noneMatch(line -> line.startsWith("rival") && !line.contains(":9:"));
    }
  }

  /** They may take any destination, and go before the main table's. */
  @Test
  void tellsOfLocalRoutesForMoreThanOneAddress() throws Exception {
    try (Watch watch = devices.watch(heard)) {
      for (String change : new String[] {"add", "del"}) {
        for (String kind : new String[] {"local 2001:db8::/32 dev lo", "local 10.0.0.0/8 dev lo"}) {
          heard.told.clear();
          OwnNetwork.run(("ip route " + change + " " + kind).split(" "));
          heard.awaits("rival ?");
        }
      }
      heard.told.clear();
      OwnNetwork.run("ip", "link", "add", "va", "type", "veth", "peer", "name", "vb");
      OwnNetwork.run("ip", "link", "set", "va", "up");
      OwnNetwork.address("192.0.2.1/24", "va");
      OwnNetwork.address("2001:db8::1/64", "va");
      OwnNetwork.run("ip", "link", "add", "last0", "type", "veth", "peer", "name", "last1");
      heard.awaits("device last0");
      assertThat(heard.told).as("one address is told otherwise").doesNotContain("rival ?");
    }
  }

  @Test
  void tellsOfRulesOfOthersAndOfDefaultRoutes() throws Exception {
    try (Watch watch = devices.watch(heard)) {
      for (String change : new String[] {"add", "del"}) {
        for (String version : new String[] {"-6", "-4"}) {
          heard.told.clear();
          OwnNetwork.run(("ip " + version + " rule " + change + " prohibit pref 7").split(" "));
          heard.awaits("rival ?");
        }
        heard.told.clear();
        OwnNetwork.run(("ip -6 route " + change + " unreachable default metric 1").split(" "));
        heard.awaits("rival ::/0");
        OwnNetwork.run(("ip -6 rule " + change + " prohibit pref 7 protocol 199").split(" "));
        OwnNetwork.run(("ip -6 route " + change + " blackhole 2001:db8:9::/48").split(" "));
        heard.awaits("rival 2001:db8:9::/48");
        assertThat(heard.told).as("our own").doesNotContain("rival ?");
      }
    }
  }

  /** The table of a routing daemon crowds out nothing that a device loses. */
  @Test
  void aFloodOfRoutesOfOthersHidesNothing() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);
      Path batch = Files.createTempFile("routes", ".batch");
      try {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 50_000; i++) {
          lines.append("route add 2001:db9:%x::/48 dev lo metric 20\n".formatted(i));
        }
        Files.writeString(batch, lines);
        OwnNetwork.run("ip", "-6", "-batch", batch.toString());
      } finally {
        Files.delete(batch);
      }
      OwnNetwork.run("ip", "-6", "route", "del", PREFIX.toString(), "dev", "tun0");
      heard.awaits("route tun0 " + PREFIX);

      assertThat(heard.told).doesNotContain("everything");
    }
  }

  /** Ten thousand routes of ours neither fill the buffer nor are told. */
  @Test
  void tellsNothingOfRoutesThatAreAdded() throws Exception {
    try (Watch watch = devices.watch(heard);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      Set<IpPrefix> many = new HashSet<>();
      for (int i = 0; i < 10_000; i++) {
        many.add(IpPrefix.parse("2001:db8:%x::/48".formatted(i + 1)));
      }
      devices.configure(tun.name(), new DeviceConfiguration(Set.of(), many, 1400));
      OwnNetwork.run("ip", "link", "add", "last0", "type", "veth", "peer", "name", "last1");
      heard.awaits("device last0");

      assertThat(heard.told).noneMatch(line -> line.startsWith("route"));
      assertThat(heard.told).noneMatch(line -> line.startsWith("rival"));
      assertThat(heard.told).doesNotContain("everything");
    }
  }

  @Test
  void saysThatItMissedSomething() throws Exception {
    Object gate = new Object();
    DeviceWatcher slow =
        new DeviceWatcher() {
          @Override
          public void device(String device) {
            synchronized (gate) {
              heard.device(device);
            }
          }

          @Override
          public void address(String device, InetAddress address) {}

          @Override
          public void newAddress(InetAddress address) {}

          @Override
          public void route(Optional<String> device, IpPrefix destination) {}

          @Override
          public void rival(Optional<IpPrefix> destination) {}

          @Override
          public void everything() {
            heard.everything();
          }
        };
    try (Watch watch = devices.watch(slow);
        TunDevice tun = devices.openTun("tun0", 1400)) {
      synchronized (gate) {
        for (int i = 0; i < 10_000; i++) {
          devices.change(tun.name(), mtu(1280 + i % 2), mtu(1280 + (i + 1) % 2));
        }
      }

      heard.awaits("everything");
    }
  }

  @Test
  void endsWithItsThread() throws Exception {
    Watch watch = devices.watch(heard);
    watch.close();
    watch.close();

    Eventually.holds(
        "its thread has ended",
        () ->
            Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("culvert-device-watch")));
  }

  private static String text(InterfaceAddress address) {
    return IpAddresses.text(address.address());
  }

  private static DeviceConfiguration mtu(int mtu) {
    return new DeviceConfiguration(Set.of(), Set.of(), mtu);
  }
}
