package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceConfiguration;
import org.culvert.api.netdev.NetworkDevices.Watch;
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.netdev.Ways;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A kernel's packet filter that lets no connection of a tunnel through is found. */
@ExtendWith(OwnNetwork.class)
class FilterSearchTest {
  private static final DeviceConfiguration WANTED =
      new DeviceConfiguration(
          Set.of(InterfaceAddress.host(IpAddresses.parse("2001:db8:1::1"))),
          Set.of(IpPrefix.parse("2001:db8:1::2/128"), IpPrefix.parse("2001:db8:100::/48")),
          1400);
  private static final String FORWARD = "chain forward { type filter hook forward priority 0; ";

  /** What Docker makes by iptables, with a container that has a published port. */
  private static final String DOCKER =
      """
      table ip6 filter {
        chain FORWARD { type filter hook forward priority filter; policy drop;
          counter jump DOCKER-USER
          counter jump DOCKER-ISOLATION-STAGE-1
          oifname "docker0" ct state related,established counter accept
          oifname "docker0" counter jump DOCKER
          iifname "docker0" oifname != "docker0" counter accept
          iifname "docker0" oifname "docker0" counter accept
        }
        chain DOCKER { ip6 daddr fd00::2 iifname != "docker0" oifname "docker0" tcp dport 80 accept; }
        chain DOCKER-USER { counter return; }
        chain DOCKER-ISOLATION-STAGE-1 { iifname "docker0" oifname != "docker0" jump STAGE-2; return; }
        chain STAGE-2 { oifname "docker0" drop; return; }
      }
      """;

  /** What ufw has: answers and pings pass. */
  private static final String UFW =
      """
      table ip6 filter {
        chain FORWARD { type filter hook forward priority filter; policy drop;
          jump before
          jump after
        }
        chain before {
          ct state established,related accept
          meta l4proto ipv6-icmp icmpv6 type echo-request accept
          jump user
        }
        chain user { }
        chain after { limit rate 3/minute log prefix "[UFW BLOCK] " }
      }
      """;

  /** What firewalld has: the policy accepts, and the last rule rejects. */
  private static final String FIREWALLD =
      """
      table inet firewalld {
        chain filter_FORWARD { type filter hook forward priority filter + 10; policy accept;
          ct state { established, related } accept
          ct status dnat accept
          iifname "lo" accept
          ct state vmap { invalid : drop }
          jump policies
          reject with icmpx admin-prohibited
        }
        chain policies { iifname "eth9" accept }
      }
      """;

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "table inet t { " + FORWARD + "policy drop; } }",
        "table inet t { " + FORWARD + "policy drop; ct state established accept; } }",
        "table inet t { " + FORWARD + "policy accept; iifname \"culvert0\" drop; } }",
        "table inet t { " + FORWARD + "policy accept; iifname \"culvert*\" reject; } }",
        "table inet t { " + FORWARD + "policy accept; oifname \"culvert0\" drop; } }",
        "table inet t { " + FORWARD + "policy accept; iif culvert0 drop; } }",
        "table inet t { " + FORWARD + "policy drop; iifname { eth0, lan1 } accept; } }",
        "table inet t { " + FORWARD + "policy drop; iifname \"eth9\" accept; } }",
        "table ip6 t { " + FORWARD + "policy drop; meta l4proto icmpv6 accept; } }",
        "table inet t { chain j { counter drop; }; " + FORWARD + "policy accept; jump j; } }",
        DOCKER,
        UFW,
        FIREWALLD
      })
  void isFoundAndGoesByWhatIsTyped(String rules) throws Exception {
    try (TunDevice tun = devices.openTun("culvert0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();

      load(rules);

      String line = closed().getOrDefault("culvert0", "");
      assertThat(line)
          .startsWith("the packet filter of this host lets no ")
          .contains("; type: nft list chain ");
      String commands = line.replaceAll(".*, and to let it pass: ", "");
      for (String command : commands.split(" && ")) {
        OwnNetwork.run("sh", "-c", command.replace("\"", "'\"'"));
      }
      if (!closed().isEmpty()) {
        // What comes first may have hidden the other way.
        commands = closed().getOrDefault("culvert0", "").replaceAll(".*, and to let it pass: ", "");
        for (String command : commands.split(" && ")) {
          OwnNetwork.run("sh", "-c", command.replace("\"", "'\"'"));
        }
      }
      assertThat(closed()).isEmpty();
    }
  }

  @Test
  void saysWhatItFound() throws Exception {
    try (TunDevice tun = devices.openTun("culvert0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();
      load(UFW);

      assertThat(closed())
          .isEqualTo(
              Map.of(
                  "culvert0",
                  "the packet filter of this host lets no TCP connection from culvert0 pass: chain"
                      + " ip6 filter FORWARD drops by default, and none of its rules accepts it;"
                      + " type: nft list chain ip6 filter FORWARD, and to let it pass: nft insert"
                      + " rule ip6 filter FORWARD iifname \"culvert0\" accept"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "table inet t { " + FORWARD + "policy accept; } }",
        "table ip t { " + FORWARD + "policy drop; } }",
        "table inet t { chain forward { policy drop; type filter hook input priority 0; } }",
        "table inet t { flags dormant; " + FORWARD + "policy drop; } }",
        "table inet t { "
            + FORWARD
            + "policy drop; iifname culvert0 accept; ct state"
            + " established accept; } }",
        "table inet t { "
            + FORWARD
            + "policy drop; meta iifname . meta oifname vmap { culvert0 ."
            + " eth7 : accept, eth7 . culvert0 : accept }; } }",
        "table inet t { "
            + FORWARD
            + "policy drop; ct state vmap { established : accept, new :"
            + " jump n }; }; chain n { iifname { culvert0, eth1 } accept; } }",
        "table inet t { "
            + FORWARD
            + "policy drop; iifname \"culv*\" accept; oifname \"culv*\""
            + " accept; } }",
        "table inet t { " + FORWARD + "policy drop; meta mark 7 accept; } }",
        "table inet t { "
            + FORWARD
            + "policy drop; ip6 saddr 2001:db8::/32 accept; ip6 daddr"
            + " 2001:db8::/32 accept; } }",
        "table inet t { " + FORWARD + "policy accept; iifname \"eth9\" drop; } }",
        "table inet t { " + FORWARD + "policy accept; iifname \"culvert0\" tcp dport 25 drop; } }",
        "table inet culvert_mine { " + FORWARD + "policy drop; } }",
      })
  void whoLetsSomePassIsBelievedToKnowWhich(String rules) throws Exception {
    try (TunDevice tun = devices.openTun("culvert0", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      serve();

      load(
          rules.replace(
              "policy drop; type filter hook input priority 0;",
              "type filter hook input priority 0; policy drop;"));

      assertThat(closed()).isEmpty();
    }
  }

  @Test
  void aClientsPacketsComeFromTheHostAndGoThere() throws Exception {
    try (TunDevice tun = devices.openTun("culvert0", 1400)) {
      serve();
      Map<IpPrefix, String> ends = Map.of(IpPrefix.parse("2001:db8:2::2/128"), "culvert0");
      load("table inet t { " + FORWARD + "policy drop; } }");
      assertThat(closed(ends, "culvert0")).isEmpty();

      load("table inet o { chain c { type filter hook output priority 0; policy drop; } }");
      assertThat(closed(ends, "culvert0").get("culvert0"))
          .contains("lets no TCP connection to culvert0 pass: chain inet o c drops by default")
          .endsWith("nft insert rule inet o c oifname \"culvert0\" accept");
      OwnNetwork.run("nft", "delete", "table", "inet", "o");

      load("table inet i { chain c { type filter hook input priority 0; policy drop; } }");
      assertThat(closed(ends, "culvert0").get("culvert0"))
          .contains("lets no answer of TCP from culvert0 pass: chain inet i c drops by default")
          .endsWith("iifname \"culvert0\" ct state established,related accept");
    }
  }

  /** A hundred thousand tunnels of the kernel's have as many devices. */
  @Test
  void devicesThatNoRuleTellsApartHaveOneLine() throws Exception {
    try (TunDevice one = devices.openTun("culvert0-1", 1400);
        TunDevice two = devices.openTun("culvert0-2", 1400);
        TunDevice open = devices.openTun("culvert0-3", 1400);
        TunDevice eth = devices.openTun("eth7", 1400)) {
      OwnNetwork.run("ip -6 route add default dev eth7".split(" "));
      load(
          "table inet t { "
              + FORWARD
              + "policy drop; iifname culvert0-3 accept; oifname culvert0-3 accept; } }");

      Map<String, String> lines = closed(Map.of(), "culvert0-1", "culvert0-2", "culvert0-3");

      assertThat(lines).containsOnlyKeys("culvert0-1", "culvert0-2");
      assertThat(Set.copyOf(lines.values())).hasSize(1);
      assertThat(lines.get("culvert0-1")).contains("iifname \"culvert0-*\" accept");
    }
  }

  @Test
  void changesOfOthersAreToldAndOursAreNot() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    LinuxDeviceWatchTest.Heard heard = new LinuxDeviceWatchTest.Heard();
    try (Watch watch = devices.watch(heard)) {
      OwnNetwork.run("nft", "add", "table", "inet", "culvert_mine");
      OwnNetwork.run("nft", "add", "table", "inet", "t");
      heard.awaits("rival ?");
      assertThat(heard.any).hasValue(1);
    }
  }

  private void serve() throws Exception {
    assumeTrue(Nft.find().isPresent(), "needs nft (package nftables)");
    devices.configure("culvert0", WANTED);
    if (OwnNetwork.run("ip", "link").contains("eth7")) {
      OwnNetwork.run("ip -6 route add default dev eth7".split(" "));
    }
    assertThat(closed()).isEmpty();
  }

  private static void load(String rules) throws Exception {
    Path file = Files.createTempFile("rules", ".nft");
    try {
      // A rule ends with its line.
      Files.writeString(file, rules.replace(" }", "\n}"));
      OwnNetwork.run("nft", "-f", file.toString());
    } finally {
      Files.delete(file);
    }
  }

  private Map<String, String> closed() throws IOException {
    return closed(Map.of(), "culvert0");
  }

  private Map<String, String> closed(Map<IpPrefix, String> sources, String... names)
      throws IOException {
    Map<IpPrefix, String> destinations = new HashMap<>();
    for (int i = 0; i < names.length; i++) {
      destinations.put(IpPrefix.parse("2001:db8:1::%x/128".formatted(i + 2)), names[i]);
    }
    return devices.hindrances(new Ways(destinations, sources, Set.of(names), true)).devices();
  }
}
