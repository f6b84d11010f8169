package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.Hindrances;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.netdev.Ways;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What others put into a kernel that takes packets from tunnels is found, with what to type. */
@ExtendWith(OwnNetwork.class)
class HindrancesTest {
  private static final String MEMBER = "2001:db8:1::2/128";
  private static final String NETWORK = "2001:db8:100::/48";
  private static final String NETWORK_4 = "10.7.0.0/16";
  private static final String END = "2001:db8:2::2/128";
  private static final String END_NETWORK = "2001:db8:200::/48";
  private static final DeviceConfiguration SERVER =
      new DeviceConfiguration(
          Set.of(
              InterfaceAddress.host(IpAddresses.parse("2001:db8:1::1")),
              InterfaceAddress.host(IpAddresses.parse("192.0.2.1"))),
          prefixes(MEMBER, NETWORK, NETWORK_4),
          1400);
  private static final DeviceConfiguration CLIENT =
      new DeviceConfiguration(
          Set.of(
              InterfaceAddress.host(IpAddresses.parse("2001:db8:2::2")),
              InterfaceAddress.host(IpAddresses.parse("192.0.2.9"))),
          prefixes("2001:db8:2::1/128", "::/0", "0.0.0.0/0"),
          1400);

  /** So many that the kernel is not asked for each. */
  private static final int MANY = 300;

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -6 rule add to 2001:db8:1::2 prohibit pref 100 | 2001:db8:1::2/128 | a rule of this host ends packets to it: 100: from all to 2001:db8:1::2/128 prohibit; type: ip -6 rule del pref 100 from all to 2001:db8:1::2/128 prohibit
          -6 rule add from 2001:db8:1::2 unreachable pref 100 | 2001:db8:1::2/128 | a rule of this host ends packets from it: 100: from 2001:db8:1::2/128 unreachable; type: ip -6 rule del pref 100 from 2001:db8:1::2/128 unreachable
          -6 rule add from 2001:db8:100::/40 blackhole pref 100 | 2001:db8:100::/48 | a rule of this host ends packets from it: 100: from 2001:db8:100::/40 blackhole; type: ip -6 rule del pref 100 from 2001:db8:100::/40 blackhole
          -6 rule add to 2001:db8:100::/48 lookup 7 pref 9 | 2001:db8:100::/48 | a rule of this host leads packets to it away from tun0: 9: from all to 2001:db8:100::/48 lookup 7, where there is a route to ::/0 by eth7; type: ip -6 rule del pref 9 from all to 2001:db8:100::/48 lookup 7
          -6 rule add from 2001:db8:100::/48 lookup 8 pref 9 | 2001:db8:100::/48 | a rule of this host leads packets from it away from tun0: 9: from 2001:db8:100::/48 lookup 8, where there is an unreachable route to ::/0; type: ip -6 rule del pref 9 from 2001:db8:100::/48 lookup 8
          -4 rule add to 10.7.0.0/16 prohibit pref 5 | 10.7.0.0/16 | a rule of this host ends packets to it: 5: from all to 10.7.0.0/16 prohibit; type: ip rule del pref 5 from all to 10.7.0.0/16 prohibit
          -6 route add local 2001:db8:100::/48 dev lo | 2001:db8:100::/48 | packets to 2001:db8:100::/48 end at this host and not in tun0: the table local has a route to it; type: ip -6 route del local 2001:db8:100::/48 dev lo table local
          -6 route add local 2001:db8:100::/40 dev lo | 2001:db8:100::/48 | packets to 2001:db8:100::/40 end at this host and not in tun0: the table local has a route to it; type: ip -6 route del local 2001:db8:100::/40 dev lo table local
          -6 route add blackhole 2001:db8:100::/40 table local | 2001:db8:100::/48 | packets to 2001:db8:100::/40 come to nothing and not to tun0: the table local has a blackhole to it; type: ip -6 route del 2001:db8:100::/40 metric 1024 table local
          -6 address add 2001:db8:1::2/64 dev eth7 nodad | 2001:db8:1::2/128 | packets to 2001:db8:1::2 end at this host and not in tun0: eth7 has that address; type: ip address del 2001:db8:1::2/64 dev eth7
          -6 address add 2001:db8:1::2/128 dev lo noprefixroute | 2001:db8:1::2/128 | packets to 2001:db8:1::2 end at this host and not in tun0: lo has that address; type: ip address del 2001:db8:1::2/128 dev lo
          """)
  void findsWhatTakesAllPacketsOfATunnelAtAServer(String act, String way, String line)
      throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();
      assertThat(server(false)).isEqualTo(Hindrances.NONE);
      assertThat(server(true)).isEqualTo(Hindrances.NONE);

      OwnNetwork.run(("ip " + act).split(" "));
      awaitAddress(act);

      Map<IpPrefix, String> expected = Map.of(IpPrefix.parse(way), line);
      assertThat(server(false).whole()).isEqualTo(expected);
      assertThat(server(true).whole()).isEqualTo(expected);

      OwnNetwork.run(line.replaceAll(".*; type: ", "").split(" "));
      assertThat(server(true)).isEqualTo(Hindrances.NONE);
    }
  }

  /** As long as nobody adds a rule, the kernel has one table of IPv4 for both. */
  @Test
  void aWideLocalRouteOfIpv4TakesPacketsOnceThereAreRules() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();
      OwnNetwork.run("ip route add local 10.0.0.0/8 dev lo".split(" "));
      assertThat(server(false)).isEqualTo(Hindrances.NONE);
      assertThat(server(true)).isEqualTo(Hindrances.NONE);

      OwnNetwork.run("ip rule add to 192.0.2.77 lookup main pref 5".split(" "));

      Map<IpPrefix, String> expected =
          Map.of(
              IpPrefix.parse(NETWORK_4),
              "packets to 10.0.0.0/8 end at this host and not in tun0: the table local has a route"
                  + " to it; type: ip route del local 10.0.0.0/8 dev lo table local");
      assertThat(server(false).whole()).isEqualTo(expected);
      assertThat(server(true).whole()).isEqualTo(expected);
    }
  }

  @Test
  void whatIsForEverybodyIsTheSameLineForAll() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();

      OwnNetwork.run("ip -6 rule add iif tun0 prohibit pref 3".split(" "));

      Map<IpPrefix, String> whole = server(true).whole();
      assertThat(whole).hasSize(MANY + 2);
      assertThat(Set.copyOf(whole.values()))
          .containsExactly(
              "a rule of this host ends packets from it: 3: from all iif tun0 prohibit; type: ip -6"
                  + " rule del pref 3 from all iif tun0 prohibit");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"from all iif eth7 prohibit", "from all iif eth7 blackhole"})
  void whatIsEndedThatComesInByTheUplinkIsTheSameLineForAll(String rule) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();

      OwnNetwork.run(("ip -6 rule add pref 3 " + rule).split(" "));

      Hindrances found = server(true);
      assertThat(found.whole()).isEmpty();
      assertThat(found.parts()).hasSize(MANY + 2);
      assertThat(Set.copyOf(found.parts().values()))
          .containsExactly(
              "a rule of this host ends packets to it that come in by eth7: 3: "
                  + rule
                  + "; type: ip -6 rule del pref 3 "
                  + rule);

      OwnNetwork.run(("ip -6 rule add pref 2 iif eth7 lookup main").split(" "));
      assertThat(server(true)).as("what the main table has goes first").isEqualTo(Hindrances.NONE);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -6 route add unreachable 2001:db8:100:5::/64 | packets to 2001:db8:100:5::/64, a part of 2001:db8:100::/48, do not get to tun0: there is an unreachable route, metric 1024, protocol 3, which may be meant; type: ip -6 route del 2001:db8:100:5::/64 metric 1024
          -6 route add 2001:db8:100:5::/64 dev eth7 metric 4000 | packets to 2001:db8:100:5::/64, a part of 2001:db8:100::/48, do not get to tun0: eth7 has a route, metric 4000, protocol 3, which may be meant; type: ip -6 route del 2001:db8:100:5::/64 dev eth7 metric 4000
          -6 address add 2001:db8:100:5::1/128 dev lo | packets to 2001:db8:100:5::1/128, a part of 2001:db8:100::/48, do not get to tun0: lo has that address; type: ip address del 2001:db8:100:5::1/128 dev lo
          -6 rule add from 2001:db8:100:5::/64 prohibit pref 9 | a rule of this host ends packets from it: 9: from 2001:db8:100:5::/64 prohibit; type: ip -6 rule del pref 9 from 2001:db8:100:5::/64 prohibit
          """)
  void findsWhatTakesAPartOfThePackets(String act, String line) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();

      OwnNetwork.run(("ip " + act).split(" "));
      awaitAddress(act);

      assertThat(server(true))
          .isEqualTo(new Hindrances(Map.of(), Map.of(IpPrefix.parse(NETWORK), line), Map.of()));
      assertThat(server(false)).isEqualTo(Hindrances.NONE);

      OwnNetwork.run(line.replaceAll(".*; type: ", "").split(" "));
      assertThat(server(true)).isEqualTo(Hindrances.NONE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-6 route add 2001:db8:100:5::/64 dev tun0",
        "-6 route add unreachable default metric 1",
        "-6 rule add from 2001:db8:1::2 lookup 7 pref 100",
        "-6 rule add from 2001:db8:1::2 lookup 999 pref 100",
        "-6 rule add from 2001:db8:1::2 to 2001:db8:9::/48 prohibit pref 100",
        "-6 rule add from 2001:db8:9::/48 to 2001:db8:1::2 prohibit pref 100",
        "-6 rule add from 2001:db8:9::/48 prohibit pref 100",
        "-6 rule add to 2001:db8:1::2 fwmark 7 prohibit pref 100",
        "-6 rule add to 2001:db8:1::2 ipproto tcp dport 25 prohibit pref 100",
        "-6 rule add iif eth8 prohibit pref 100",
        "-6 rule add iif eth7 lookup 7 pref 100",
        "-6 rule add iif eth7 from 2001:db8:9::/48 prohibit pref 100",
        "-6 rule add iif eth7 prohibit pref 40000",
        "-6 rule add to 2001:db8:1::2 prohibit pref 40000",
        "-6 rule add not fwmark 7 lookup 9 pref 100",
        "-6 rule add to 2001:db8:1::2 lookup main pref 100",
        "-6 address add 2001:db8:1::3/128 dev lo",
      })
  void passesOverWhatTakesNothingOrIsAPolicy(String act) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();
      OwnNetwork.run("ip -6 route add 2001:db8::/32 dev tun0 table 9".split(" "));

      OwnNetwork.run(("ip " + act).split(" "));

      assertThat(server(false)).isEqualTo(Hindrances.NONE);
      assertThat(server(true)).isEqualTo(Hindrances.NONE);
    }
  }

  /** A VPN tool has the main table's own routes go first, and takes what is left. */
  @Test
  void aRuleThatTheMainTablesRoutesGoBeforeTakesNothing() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();
      OwnNetwork.run("ip -6 rule add lookup main suppress_prefixlength 0 pref 8".split(" "));
      OwnNetwork.run("ip -6 rule add not fwmark 51820 lookup 7 pref 9".split(" "));

      assertThat(server(true)).isEqualTo(Hindrances.NONE);

      OwnNetwork.run("ip -6 rule del pref 8".split(" "));
      assertThat(server(true).whole()).containsKeys(IpPrefix.parse(MEMBER));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -6 route add unreachable default metric 1 | ::/0 | packets to the world come to nothing and not to tun0: there is an unreachable route to ::/0 with metric 1, protocol 3; type: ip -6 route del ::/0 metric 1
          -6 route add blackhole 2000::/3 | ::/0 | packets to the world come to nothing and not to tun0: there is a blackhole to 2000::/3 with metric 1024, protocol 3; type: ip -6 route del 2000::/3 metric 1024
          -4 route add prohibit default metric 1 | 0.0.0.0/0 | packets to the world come to nothing and not to tun0: there is a prohibited route to 0.0.0.0/0 with metric 1, protocol 3; type: ip route del 0.0.0.0/0 metric 1
          -6 rule add from 2001:db8:2::2 prohibit pref 9 | 2001:db8:2::2/128 | a rule of this host ends packets from it: 9: from 2001:db8:2::2/128 prohibit; type: ip -6 rule del pref 9 from 2001:db8:2::2/128 prohibit
          -6 rule add from 2001:db8:200::/48 to 2000::/3 prohibit pref 9 | 2001:db8:200::/48 | a rule of this host ends packets from it: 9: from 2001:db8:200::/48 to 2000::/3 prohibit; type: ip -6 rule del pref 9 from 2001:db8:200::/48 to 2000::/3 prohibit
          -6 rule add to 2001:db8:200::/48 prohibit pref 9 | 2001:db8:200::/48 | a rule of this host ends packets to it: 9: from all to 2001:db8:200::/48 prohibit; type: ip -6 rule del pref 9 from all to 2001:db8:200::/48 prohibit
          -6 rule add from 2001:db8:2::2 lookup 7 pref 9 | 2001:db8:2::2/128 | a rule of this host leads packets from it away from tun0: 9: from 2001:db8:2::2/128 lookup 7, where there is a route to ::/0 by eth7; type: ip -6 rule del pref 9 from 2001:db8:2::2/128 lookup 7
          """)
  void findsWhatTakesAllPacketsOfATunnelAtAClient(String act, String way, String line)
      throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      join();
      assertThat(client()).isEqualTo(Hindrances.NONE);

      OwnNetwork.run(("ip " + act).split(" "));

      assertThat(client().whole()).isEqualTo(Map.of(IpPrefix.parse(way), line));

      OwnNetwork.run(line.replaceAll(".*; type: ", "").split(" "));
      assertThat(client()).isEqualTo(Hindrances.NONE);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-6 route add default dev eth7 metric 1",
        "-6 route add unreachable default metric 4000",
        "-6 route add unreachable 2001:db8:9::/48",
        "-6 rule add from 2001:db8:2::2 prohibit pref 6000",
        "-6 rule add to 2001:db8:2::2 prohibit pref 9",
        "-6 rule add to 2001:db8:200::/48 lookup 7 pref 9",
        "-6 rule add to 2001:db8:200::/48 prohibit pref 40000",
        "-6 rule add iif eth7 prohibit pref 9",
        "-6 rule add from 2001:db8:2::2 to 2001:db8:9::/48 prohibit pref 9",
        "-6 rule add not fwmark 51820 lookup 7 pref 30000",
      })
  void nativeIpv6AndWhatComesBehindOursIsNothingAtAClient(String act) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      join();
      OwnNetwork.run("ip -6 rule add lookup main suppress_prefixlength 0 pref 29999".split(" "));

      OwnNetwork.run(("ip " + act).split(" "));

      assertThat(client()).isEqualTo(Hindrances.NONE);
    }
  }

  /** The address that a client's tunnel has on this host is the other end itself. */
  @Test
  void theOtherEndOnTheSameHostIsNoHindrance() throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400);
        TunDevice other = devices.openTun("tun1", 1400)) {
      devices.configure("tun0", SERVER);
      devices.configure(
          "tun1",
          new DeviceConfiguration(
              Set.of(InterfaceAddress.host(IpAddresses.parse("2001:db8:1::2"))), Set.of(), 1400));

      assertThat(server(true)).isEqualTo(Hindrances.NONE);
    }
  }

  private void serve() throws Exception {
    devices.configure("tun0", SERVER);
    OwnNetwork.run("ip -6 route add default dev eth7".split(" "));
    OwnNetwork.run("ip -6 route add default dev eth7 table 7".split(" "));
    OwnNetwork.run("ip -6 route add unreachable default table 8".split(" "));
  }

  /** As the host's rules are while a client's tunnel is up. */
  private void join() throws Exception {
    devices.configure("tun0", CLIENT);
    OwnNetwork.run("ip -6 route add default dev eth7 table 7".split(" "));
    OwnNetwork.run("ip -6 route add default dev tun0 table 5572 proto 199".split(" "));
    for (String source : new String[] {END, END_NETWORK}) {
      OwnNetwork.run(
          ("ip -6 rule add from "
                  + source
                  + " lookup main suppress_prefixlength 3 pref 5572"
                  + " protocol 199")
              .split(" "));
      OwnNetwork.run(
          ("ip -6 rule add from " + source + " lookup 5572 pref 5573 protocol 199").split(" "));
    }
  }

  /** The kernel says that an address is there before packets to it end here. */
  private static void awaitAddress(String act) throws Exception {
    if (!act.contains("address add")) {
      return;
    }
    String address = act.replaceAll(".*add ([^/]*)/.*", "$1");
    long begin = System.nanoTime();
    while (!OwnNetwork.tried("ip", "route", "get", address).startsWith("local ")) {
      assertThat(System.nanoTime() - begin).isLessThan(Packets.DEADLINE.toNanos());
    }
  }

  private Hindrances server(boolean all) throws IOException {
    Map<IpPrefix, String> destinations = new HashMap<>();
    SERVER.routes().forEach(destination -> destinations.put(destination, "tun0"));
    for (int i = 0; all && i < MANY; i++) {
      destinations.put(IpPrefix.parse("2001:db8:%x::/48".formatted(0x1000 + i)), "tun0");
    }
    return devices.hindrances(new Ways(destinations, Map.of(), Set.of(), all));
  }

  private Hindrances client() throws IOException {
    Map<IpPrefix, String> destinations = new HashMap<>();
    CLIENT.routes().forEach(destination -> destinations.put(destination, "tun0"));
    Map<IpPrefix, String> sources =
        Map.of(IpPrefix.parse(END), "tun0", IpPrefix.parse(END_NETWORK), "tun0");
    return devices.hindrances(new Ways(destinations, sources, Set.of(), true));
  }

  private static Set<IpPrefix> prefixes(String... texts) {
    Set<IpPrefix> prefixes = new HashSet<>();
    for (String text : texts) {
      prefixes.add(IpPrefix.parse(text));
    }
    return prefixes;
  }
}
