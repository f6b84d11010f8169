package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.PacketBatch;
import org.junit.jupiter.api.Test;

class RoutingTableTest {

  @Test
  void leadsNowhereWhenEmpty() {
    assertThat(new RoutingTable(List.of()).find(1, 2)).isNull();
    assertThat(new RoutingTable(List.of()).speaker()).isNull();
  }

  @Test
  void defaultRouteTakesWhatNothingElseTakes() throws Exception {
    Tunnel everything = tunnel("all", "::/0");
    Tunnel one = tunnel("one", "2001:db8:1::/48");
    RoutingTable table = new RoutingTable(List.of(everything, one));

    assertThat(find(table, "2001:db8:1::5")).isSameAs(one);
    assertThat(find(table, "2001:db8:2::5")).isSameAs(everything);
  }

  /** Few bits vary, so that prefixes nest and addresses hit them. */
  @Test
  void agreesWithAScanForTheLongestPrefix() throws Exception {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      Set<IpPrefix> taken = new HashSet<>();
      List<Tunnel> tunnels = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        IpPrefix prefix = IpPrefix.containing(address(random), random.nextInt(129));
        if (taken.add(prefix)) {
          tunnels.add(tunnel("t" + i, prefix.toString()));
        }
      }
      RoutingTable table = new RoutingTable(tunnels);
      for (int i = 0; i < 200; i++) {
        InetAddress address = address(random);
        Tunnel longest =
            tunnels.stream()
                .filter(t -> prefix(t).contains(address))
                .max(Comparator.comparingInt(t -> prefix(t).length()))
                .orElse(null);

        assertThat(table.find(PacketBatch.high(address), PacketBatch.low(address)))
            .isSameAs(longest);
      }
    }
  }

  @Test
  void agreesWithAScanForIpv4() throws Exception {
    Random random = new Random(2);
    Set<IpPrefix> taken = new HashSet<>();
    List<Tunnel> tunnels = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      IpPrefix prefix = IpPrefix.containing(address4(random), random.nextInt(33));
      if (taken.add(prefix)) {
        tunnels.add(tunnel4("t" + i, prefix.toString()));
      }
    }
    RoutingTable table = new RoutingTable(tunnels);
    for (int i = 0; i < 2_000; i++) {
      InetAddress address = address4(random);
      Tunnel longest =
          tunnels.stream()
              .filter(t -> prefix(t).contains(address))
              .max(Comparator.comparingInt(t -> prefix(t).length()))
              .orElse(null);

      assertThat(table.find(0, PacketBatch.low(address))).isSameAs(longest);
    }
  }

  @Test
  void keepsTheTwoVersionsApart() throws Exception {
    Routes routes = Routes.of(List.of(tunnel("six", "::/0"), tunnel4("four", "0.0.0.0/0")));

    assertThat(find(routes.ipv6(), "2001:db8::1").carried.id()).isEqualTo("six");
    assertThat(find(routes.ipv4(), "192.0.2.1").carried.id()).isEqualTo("four");
    assertThat(Routes.of(List.of(tunnel("six", "::/0"))).ipv4().find(0, 1)).isNull();
  }

  private static InetAddress address4(Random random) {
    byte[] octets = {10, 0, 0, 0};
    octets[1 + random.nextInt(3)] = (byte) (1 << random.nextInt(8));
    return IpAddresses.of(octets);
  }

  private static Tunnel tunnel4(String id, String prefix) throws Exception {
    return new Tunnel(
        Samples.tunnel4(id, Samples.CLIENT_4, List.of(), prefix),
        Samples.port(new Samples.CountingSocket()));
  }

  private static InetAddress address(Random random) {
    byte[] octets = new byte[16];
    for (int i = 0; i < octets.length; i++) {
      octets[i] = (byte) (random.nextInt(3) == 0 ? 1 << random.nextInt(8) : 0);
    }
    octets[0] = 0x20;
    return IpAddresses.of(octets);
  }

  private static IpPrefix prefix(Tunnel tunnel) {
    return tunnel.carried.remotePrefixes().get(0);
  }

  private static Tunnel find(RoutingTable table, String address) {
    InetAddress parsed = IpAddresses.parse(address);
    return table.find(PacketBatch.high(parsed), PacketBatch.low(parsed));
  }

  private static Tunnel tunnel(String id, String prefix) throws Exception {
    return new Tunnel(
        Samples.tunnel(id, Samples.UDP, Samples.SERVER, Samples.CLIENT, prefix),
        Samples.port(new Samples.CountingSocket()));
  }
}
