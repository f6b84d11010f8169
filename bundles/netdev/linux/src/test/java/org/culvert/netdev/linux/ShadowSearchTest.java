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
import org.culvert.api.netdev.TunDevice;
import org.culvert.api.netdev.Ways;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Routes of others that take packets from ours to the same destination. */
@ExtendWith(OwnNetwork.class)
class ShadowSearchTest {
  private static final DeviceConfiguration WANTED =
      new DeviceConfiguration(
          Set.of(
              InterfaceAddress.host(IpAddresses.parse("2001:db8:1::1")),
              InterfaceAddress.host(IpAddresses.parse("192.0.2.1"))),
          prefixes("2001:db8:1::2/128", "2001:db8:100::/48", "10.7.0.0/16", "::/0"),
          prefixes("2001:db8:200::/48"),
          1400);

  /** So many that the whole table is read. */
  private static final int MANY = 300;

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          -6 route add blackhole 2001:db8:1::2 metric 1 | 2001:db8:1::2/128 | there is a blackhole with metric 1, protocol 3 | ip -6 route del 2001:db8:1::2/128 metric 1
          -6 route add 2001:db8:1::2 dev lo metric 100 | 2001:db8:1::2/128 | lo has one with metric 100, protocol 3 | ip -6 route del 2001:db8:1::2/128 dev lo metric 100
          -6 route add 2001:db8:100::/48 dev lo metric 20 proto bird | 2001:db8:100::/48 | lo has one with metric 20, protocol 12 | ip -6 route del 2001:db8:100::/48 dev lo metric 20
          -6 route add unreachable 2001:db8:100::/48 metric 20 | 2001:db8:100::/48 | there is an unreachable route with metric 20, protocol 3 | ip -6 route del 2001:db8:100::/48 metric 20
          route add blackhole 10.7.0.0/16 | 10.7.0.0/16 | there is a blackhole with metric 0, protocol 3 | ip route del 10.7.0.0/16 metric 0
          route add 10.7.0.0/16 dev lo metric 5 | 10.7.0.0/16 | lo has one with metric 5, protocol 3 | ip route del 10.7.0.0/16 dev lo metric 5
          route prepend 10.7.0.0/16 dev lo metric 512 | 10.7.0.0/16 | lo has one with metric 512, protocol 3 | ip route del 10.7.0.0/16 dev lo metric 512
          """)
  void findsWhoHasTheBetterRouteAndSaysWhatToType(
      String act, String destination, String who, String command) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);
      assertThat(shadows(few())).isEmpty();
      assertThat(shadows(many())).isEmpty();

      OwnNetwork.run(("ip " + act).split(" "));

      Map<IpPrefix, String> expected =
          Map.of(
              IpPrefix.parse(destination),
              "the route to "
                  + destination
                  + " by tun0 is shadowed: "
                  + who
                  + "; give it a metric above 512, or remove it: "
                  + command);
      assertThat(shadows(few())).isEqualTo(expected);
      assertThat(shadows(many())).isEqualTo(expected);

      OwnNetwork.run(command.split(" "));
      assertThat(shadows(few())).isEmpty();
      assertThat(shadows(many())).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-6 route add 2001:db8:100::/48 dev lo metric 1024",
        "-6 route add blackhole 2001:db8:100::/48 metric 513",
        "-6 route add 2001:db8:100::/64 dev lo",
        "-6 route add blackhole 2001:db8:100:5::/64",
        "-6 route add 2001:db8::/32 dev lo metric 1",
        "-6 route add 2001:db8:200::/48 dev lo metric 20",
        "-6 route add default dev lo metric 1",
        "-6 route add 2001:db8:100::/48 dev tun0 metric 20",
        "-6 route add blackhole 2001:db8:100::/48 table 7",
        "-6 route append 2001:db8:100::/48 dev lo metric 512",
        "route append 10.7.0.0/16 dev lo metric 512",
      })
  void passesOverRoutesThatTakeNothingOrAreSomebodysWish(String act) throws Exception {
    try (TunDevice tun = devices.openTun("tun0", 1400)) {
      devices.configure(tun.name(), WANTED);

      OwnNetwork.run(("ip " + act).split(" "));

      assertThat(shadows(few())).isEmpty();
      assertThat(shadows(many())).isEmpty();
    }
  }

  private Map<IpPrefix, String> shadows(Map<IpPrefix, String> destinations) throws IOException {
    return devices.hindrances(Ways.to(destinations)).whole();
  }

  private static Map<IpPrefix, String> few() {
    Map<IpPrefix, String> destinations = new HashMap<>();
    WANTED.routes().forEach(destination -> destinations.put(destination, "tun0"));
    return destinations;
  }

  private static Map<IpPrefix, String> many() {
    Map<IpPrefix, String> destinations = few();
    for (int i = 0; i < MANY; i++) {
      destinations.put(IpPrefix.parse("2001:db8:%x::/48".formatted(0x1000 + i)), "tun0");
    }
    return destinations;
  }

  private static Set<IpPrefix> prefixes(String... texts) {
    Set<IpPrefix> prefixes = new HashSet<>();
    for (String text : texts) {
      prefixes.add(IpPrefix.parse(text));
    }
    return prefixes;
  }
}
