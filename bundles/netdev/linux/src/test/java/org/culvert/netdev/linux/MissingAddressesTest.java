package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.util.Map;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the operator reads of an outer address that this host has no more. */
@ExtendWith(OwnNetwork.class)
class MissingAddressesTest {
  private static final InetAddress IPV4 = IpAddresses.parse("192.0.2.1");
  private static final InetAddress IPV6 = IpAddresses.parse("2001:db8:a::1");

  private final LinuxNetworkDevices devices = new LinuxNetworkDevices();

  @Test
  void saysThatNoInterfaceHasAnAddress() throws Exception {
    assertThat(devices.missing(Set.of(IPV4, IPV6, IpAddresses.parse("127.0.0.9"))))
        .isEqualTo(
            Map.of(
                IPV4,
                "no interface of this host has the address 192.0.2.1;"
                    + " type: ip address add 192.0.2.1/32 dev INTERFACE",
                IPV6,
                "no interface of this host has the address 2001:db8:a::1;"
                    + " type: ip address add 2001:db8:a::1/128 dev INTERFACE"));
  }

  @Test
  void findsNothingMissingOnAnInterfaceThatIsUp() throws Exception {
    wire();
    add("192.0.2.1/24");
    add("2001:db8:a::1/64", "nodad");
    awaitAll(IPV4, IPV6);
  }

  @Test
  void aPrefixThatEndsAtThisHostIsMadeOfItsAddresses() throws Exception {
    OwnNetwork.run("ip", "route", "add", "local", "192.0.2.0/24", "dev", "lo");
    assertThat(devices.missing(Set.of(IPV4))).isEmpty();
  }

  /** With IPv4 such an address is the host's still, and packets to it come in elsewhere. */
  @Test
  void saysWhichInterfaceIsDown() throws Exception {
    wire();
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.any0.keep_addr_on_down=1");
    add("192.0.2.1/24");
    add("2001:db8:a::1/64", "nodad");
    awaitAll(IPV4, IPV6);
    OwnNetwork.run("ip", "link", "set", "any0", "down");
    assertThat(devices.missing(Set.of(IPV4, IPV6)))
        .isEqualTo(
            Map.of(
                IPV6,
                "any0, which has the address 2001:db8:a::1, is down; type: ip link set any0 up"));
  }

  @Test
  void saysThatAnotherHostMayHaveAnAddress() throws Exception {
    wire();
    // So long that it is still looking.
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.any0.dad_transmits=100");
    add("2001:db8:a::1/64");
    assertThat(devices.missing(Set.of(IPV6)).get(IPV6))
        .startsWith("the address 2001:db8:a::1 of any0 is of no use");
  }

  @Test
  void whatItSaysOfALostLocalRouteHelps() throws Exception {
    wire();
    for (String address : new String[] {"192.0.2.1/24", "2001:db8:a::1/64"}) {
      InetAddress alone = IpAddresses.parse(address.substring(0, address.indexOf('/')));
      add(address, "nodad");
      awaitAll(alone);
      OwnNetwork.run("ip", "route", "del", "local", IpAddresses.text(alone), "table", "local");
      String told = String.valueOf(devices.missing(Set.of(alone)).get(alone));
      assertThat(told).contains("though any0 has it");
      OwnNetwork.run(told.substring(told.indexOf("type: ") + 6).split(" "));
      assertThat(devices.missing(Set.of(alone))).isEmpty();
    }
  }

  /** The kernel gives an IPv6 address its route a moment later. */
  private void awaitAll(InetAddress... addresses) {
    Eventually.holds(
        "nothing is missing",
        () -> {
          try {
            return devices.missing(Set.of(addresses)).isEmpty();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  private static void wire() throws Exception {
    OwnNetwork.run("ip", "link", "add", "any0", "type", "veth", "peer", "name", "any1");
    OwnNetwork.run("ip", "link", "set", "any1", "up");
    OwnNetwork.run("ip", "link", "set", "any0", "up");
  }

  private static void add(String address, String... flags) throws Exception {
    String[] command = new String[6 + flags.length];
    System.arraycopy(
        new String[] {"ip", "address", "add", address, "dev", "any0"}, 0, command, 0, 6);
    System.arraycopy(flags, 0, command, 6, flags.length);
    OwnNetwork.run(command);
  }
}
