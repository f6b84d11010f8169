package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.DeviceOutcome;
import org.culvert.api.netdev.TunDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others do to our devices, and that a look puts it right. */
@ExtendWith(OwnNetwork.class)
class ForeignChangesTest {
  private static final DeviceConfiguration WANTED =
      new DeviceConfiguration(
              Set.of(host("2001:db8:1::1"), host("192.0.2.1")),
              prefixes("2001:db8:1::2/128", "2001:db8:100::/48", "10.7.0.0/16"),
              prefixes("2001:db8:200::/48"),
              1400)
          .forwardingIpv4(true);

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip -6 route flush dev tun0",
        "ip -4 route flush dev tun0",
        "ip -6 route flush table all dev tun0",
        "ip -4 route flush table all dev tun0",
        "ip -6 route flush table local",
        "ip -4 route flush table local",
        "ip -6 route flush table local; ip -4 route flush table local",
        "ip link set tun0 down",
        "ip link set tun0 down; ip link set tun0 up",
        "ip address del 2001:db8:1::1/128 dev tun0",
        "ip address flush dev tun0",
        "ip link set tun0 mtu 1300",
        "ip link set tun0 down; ip link set tun0 name mine; ip link set mine up",
        "ip link set tun0 mtu 1000",
        "ip link set tun0 mtu 1000; ip link set tun0 mtu 1400",
        "sysctl -qw net.ipv6.conf.tun0.disable_ipv6=1",
        "sysctl -qw net.ipv6.conf.tun0.disable_ipv6=1; sysctl -qw"
            + " net.ipv6.conf.tun0.disable_ipv6=0",
        "sysctl -qw net.ipv6.conf.all.disable_ipv6=1",
        "sysctl -qw net.ipv6.conf.tun0.accept_ra=2",
        "sysctl -qw net.ipv4.conf.tun0.rp_filter=1",
        "sysctl -qw net.ipv4.conf.all.rp_filter=1",
        "sysctl -qw net.ipv4.ip_forward=1; sysctl -qw net.ipv4.conf.tun0.forwarding=0",
        "ip -6 route replace 2001:db8:100::/48 dev lo metric 512;"
            + " ip -6 route del 2001:db8:100::/48 dev lo metric 512"
      })
  void isFoundAndPutRight(String commands) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      assertThat(configure().isComplete()).isTrue();
      assertThat(devices.verify(tun.name(), WANTED)).isEmpty();
      for (String command : commands.split(";")) {
        OwnNetwork.run(command.strip().split(" "));
      }
      assertThat(devices.verify(tun.name(), WANTED)).isNotEmpty();

      DeviceOutcome outcome = configure();

      assertThat(outcome.isComplete()).isTrue();
      assertThat(devices.verify(tun.name(), WANTED)).isEmpty();
      assertThat(configure()).isEqualTo(DeviceOutcome.GOOD);
      assertThat(OwnNetwork.run("ip", "-6", "address", "show", "dev", "tun0", "scope", "link"))
          .isBlank();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ip link set tun0 netns PID",
        "ip link set tun0 netns PID; ip link add tun0 type veth peer name other",
        "ip link set tun0 netns PID; ip link add mine index INDEX type veth peer name other",
        "ip link del tun0; ip link add tun0 type veth peer name other"
      })
  void aDeviceThatIsGoneIsGivenUpAndNoOtherIsTakenForIt(String commands) throws Exception {
    Process other = new ProcessBuilder("unshare", "--net", "sleep", "1000").start();
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      configure();
      awaitOtherNetwork(other);
      String index = String.valueOf(DeviceName.index("tun0"));
      for (String command : commands.split(";")) {
        String filled = command.strip().replace("PID", "" + other.pid()).replace("INDEX", index);
        OwnNetwork.run(filled.split(" "));
      }
      String before = links();

      assertThat(configure().failure()).isPresent();

      assertThatThrownBy(() -> tun.receive(Packets.batch())).isInstanceOf(IOException.class);
      assertThat(links()).isEqualTo(before);
      // Not even when nothing of ours is open any more.
      tun.close();
      assertThat(configure().failure()).isPresent();
      assertThat(links()).isEqualTo(before);
    } finally {
      other.destroyForcibly();
    }
  }

  /** Returns all links with their addresses and settings. */
  private static String links() throws Exception {
    return OwnNetwork.run("ip", "-d", "address", "show");
  }

  private static void awaitOtherNetwork(Process other) throws Exception {
    Path own = Files.readSymbolicLink(Path.of("/proc/thread-self/ns/net"));
    Path its = Path.of("/proc/" + other.pid() + "/ns/net");
    long begin = System.nanoTime();
    while (Files.readSymbolicLink(its).equals(own)) {
      assertThat(System.nanoTime() - begin).isLessThan(Packets.DEADLINE.toNanos());
      Thread.sleep(10);
    }
  }

  @Test
  void aNameIsPutBackUnlessAnotherHasTakenIt() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      configure();
      OwnNetwork.run("ip", "link", "set", "tun0", "down");
      OwnNetwork.run("ip", "link", "set", "tun0", "name", "mine");
      assertThat(configure().restored()).contains("tun0 was called mine", "tun0 was down");

      OwnNetwork.run("ip", "link", "set", "tun0", "down");
      OwnNetwork.run("ip", "link", "set", "tun0", "name", "mine");
      OwnNetwork.run("ip", "link", "add", "tun0", "type", "veth", "peer", "name", "other");
      assertThat(configure().failure().orElse(""))
          .contains("giving device mine its name tun0 back", "exists already");
      assertThat(OwnNetwork.run("ip", "address", "show", "dev", "tun0")).doesNotContain("inet");
    }
    OwnNetwork.run("ip", "link", "del", "tun0");
    try (TunDevice another = devices.openTun("tun0", 1400)) {
      assertThat(configure().isComplete()).as(another.name()).isTrue();
    }
  }

  @Test
  void tellsWhatWasMissing() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      configure();
      OwnNetwork.run("ip", "-6", "route", "del", "2001:db8:100::/48", "dev", tun.name());
      assertThat(configure().restored())
          .containsExactly("tun0 lacked the route to 2001:db8:100::/48");

      OwnNetwork.run("ip", "link", "set", "tun0", "down", "mtu", "1300");
      assertThat(configure().restored())
          .contains("tun0 had MTU 1300", "tun0 was down")
          .anyMatch(line -> line.startsWith("tun0 lacked the address 2001:db8:1::1/128"))
          .anyMatch(line -> line.startsWith("tun0 lacked 4 routes, "));
    }
  }

  /** The kernel puts no local route back by itself: without it the address answers nobody. */
  @Test
  void anAddressWithoutItsLocalRouteIsGivenAgain() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      configure();
      OwnNetwork.run("ip", "-6", "route", "flush", "table", "all", "dev", tun.name());
      OwnNetwork.run("ip", "-4", "route", "flush", "table", "all", "dev", tun.name());
      assertThat(devices.verify(tun.name(), WANTED))
          .contains(
              "device tun0 has the address 192.0.2.1/32, but no local route to it",
              "device tun0 has the address 2001:db8:1::1/128, but no local route to it");

      assertThat(configure().restored())
          .contains(
              "tun0 had no local route to its address 192.0.2.1/32",
              "tun0 had no local route to its address 2001:db8:1::1/128");

      assertThat(OwnNetwork.run("ip", "-6", "route", "show", "table", "local", "dev", "tun0"))
          .contains("local 2001:db8:1::1 ", "multicast ff00::/8 ");
      assertThat(OwnNetwork.run("ip", "route", "get", "192.0.2.1")).startsWith("local");
      assertThat(configure()).isEqualTo(DeviceOutcome.GOOD);
    }
  }

  @Test
  void switchesIpv6OnWhereTheHostHasItOff() throws Exception {
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1");
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      assertThat(configure().isComplete()).isTrue();

      assertThat(devices.verify(tun.name(), WANTED)).isEmpty();
      assertThat(OwnNetwork.run("sysctl", "-n", "net.ipv6.conf.tun1.disable_ipv6").strip())
          .as("what needs no IPv6 is left as it is: " + other.name())
          .isEqualTo("1");
      assertThat(OwnNetwork.run("ip", "-6", "route", "get", "2001:db8:1::1")).startsWith("local");
    }
  }

  @Test
  void passesIpv4OnOnlyWhereTheHostDoesAndThatIsWanted() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      String setting = "net.ipv4.conf." + tun.name() + ".forwarding";
      OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=0");
      configure();
      assertThat(OwnNetwork.run("sysctl", "-n", setting).strip()).isEqualTo("0");
      assertThat(devices.verify(tun.name(), WANTED)).isEmpty();

      OwnNetwork.run("sysctl", "-qw", "net.ipv4.ip_forward=1");
      OwnNetwork.run("sysctl", "-qw", setting + "=0");
      DeviceConfiguration unwanted = WANTED.forwardingIpv4(false);
      devices.configure(tun.name(), unwanted);
      assertThat(OwnNetwork.run("sysctl", "-n", setting).strip()).isEqualTo("0");

      assertThat(devices.change(tun.name(), unwanted, WANTED).restored())
          .containsExactly("IPv4 from tun0 was not forwarded");
      assertThat(OwnNetwork.run("sysctl", "-n", setting).strip()).isEqualTo("1");
    }
  }

  /** A device that carried IPv4 is asked for IPv6 later. */
  @Test
  void switchesIpv6OnWithTheFirstThatNeedsIt() throws Exception {
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1");
    DeviceConfiguration ipv4 =
        new DeviceConfiguration(Set.of(host("192.0.2.1")), prefixes("10.7.0.0/16"), 1400);
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), ipv4);

      assertThat(devices.change(tun.name(), ipv4, WANTED).isComplete()).isTrue();

      assertThat(devices.verify(tun.name(), WANTED)).isEmpty();
    }
  }

  @Test
  void oneRouteThatIsTakenKeepsNoOtherBack() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      configure();
      OwnNetwork.run(
          "ip", "-6", "route", "replace", "2001:db8:100::/48", "dev", "tun1", "metric", "512");
      OwnNetwork.run("ip", "-6", "route", "del", "2001:db8:1::2/128", "dev", "tun0");

      DeviceOutcome outcome = configure();

      assertThat(outcome.routes())
          .isEqualTo(
              Map.of(
                  IpPrefix.parse("2001:db8:100::/48"),
                  "the route to 2001:db8:100::/48 cannot lead to tun0: "
                      + other.name()
                      + " has one with metric 512; remove it, or give it another metric"));
      assertThat(outcome.restored()).containsExactly("tun0 lacked the route to 2001:db8:1::2/128");
      assertThat(outcome.failure()).isEmpty();
      OwnNetwork.run("ip", "-6", "route", "del", "2001:db8:100::/48", "dev", "tun1");
      assertThat(configure().isComplete()).isTrue();
    }
  }

  @Test
  void changeSendsWhatDiffersAndLooksAtNothing() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      configure();
      OwnNetwork.run("ip", "-6", "route", "del", "2001:db8:100::/48", "dev", tun.name());
      DeviceConfiguration next =
          new DeviceConfiguration(
              Set.of(host("2001:db8:1::9"), host("192.0.2.1")),
              prefixes("2001:db8:100::/48", "2001:db8:300::/48", "10.7.0.0/16"),
              prefixes("2001:db8:200::/48"),
              1300);

      assertThat(devices.change(tun.name(), WANTED, next).isComplete()).isTrue();

      assertThat(devices.verify(tun.name(), next))
          .containsExactly("device tun0 lacks the route to 2001:db8:100::/48 metric 512");
      assertThat(OwnNetwork.run("ip", "-6", "route", "show", "dev", "tun0"))
          .doesNotContain("2001:db8:1::2");
      assertThat(OwnNetwork.run("ip", "-6", "address", "show", "dev", "tun0"))
          .contains("2001:db8:1::9/128")
          .doesNotContain("2001:db8:1::1/");
    }
  }

  @Test
  void manyDevicesArePutRightTogether() throws Exception {
    try (TunDevice first = devices.openTun("tun0", 1400);
        TunDevice second = devices.openTun("tun1", 1400);
        TunDevice third = devices.openTun("tun2", 1400)) {
      Map<String, DeviceConfiguration> wanted =
          Map.of(
              first.name(),
              only("2001:db8:1::/48"),
              second.name(),
              only("2001:db8:2::/48"),
              third.name(),
              only("2001:db8:3::/48"),
              "tun9",
              only("2001:db8:4::/48"));

      Map<String, DeviceOutcome> outcomes = devices.configure(wanted);

      assertThat(outcomes.keySet()).isEqualTo(wanted.keySet());
      assertThat(outcomes.get("tun9"))
          .isEqualTo(DeviceOutcome.failed("there is no network device named tun9"));
      OwnNetwork.run("ip", "-6", "route", "flush", "dev", "tun1");
      outcomes = devices.configure(wanted);
      assertThat(outcomes.get("tun0")).isEqualTo(DeviceOutcome.GOOD);
      assertThat(outcomes.get("tun1").restored())
          .containsExactly("tun1 lacked the route to 2001:db8:2::/48");
      assertThat(devices.verify(wanted)).containsExactly("device tun9 is missing");
    }
  }

  private DeviceOutcome configure() {
    return devices.configure(Map.of("tun0", WANTED)).get("tun0");
  }

  private static DeviceConfiguration only(String route) {
    return new DeviceConfiguration(Set.of(), prefixes(route), 1400);
  }

  private static InterfaceAddress host(String address) {
    return InterfaceAddress.host(IpAddresses.parse(address));
  }

  private static Set<IpPrefix> prefixes(String... texts) {
    Set<IpPrefix> prefixes = new HashSet<>();
    for (String text : texts) {
      prefixes.add(IpPrefix.parse(text));
    }
    return prefixes;
  }
}
