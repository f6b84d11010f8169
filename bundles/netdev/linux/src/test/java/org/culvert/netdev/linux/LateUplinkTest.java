package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.api.netdev.HostState;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** An uplink that comes, or comes back, when the host forwards already. */
@ExtendWith(OwnNetwork.class)
class LateUplinkTest {
  private static final IpPrefix PREFIX = IpPrefix.parse("2001:db8:700::/48");
  private static final HostConfiguration ALLOWED = server(HostSetting.FORWARDING);

  @TempDir Path directory;

  private final LinuxHostNetwork host = new LinuxHostNetwork();

  @BeforeEach
  void doNotForward() throws Exception {
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=0");
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.default.accept_ra=1");
  }

  @Test
  void hearsItsRouter() throws Exception {
    assumeTrue(Neighborhood.canBe(), "needs root, radvd, ip and sysctl");
    assertThat(host.configure(ALLOWED).missing()).isEmpty();
    try (Neighborhood neighborhood = Neighborhood.build(directory)) {
      // As it comes where something gave it the kernel's own default.
      assertThat(acceptance("up0")).isEqualTo("1");

      assertThat(host.configure(ALLOWED).changed())
          .singleElement()
          .asString()
          .startsWith("net.ipv6.conf.up0.accept_ra=2 is set");

      neighborhood.advertise();
      Eventually.holds("a default route", LateUplinkTest::isAdvertised);
      assertThat(host.configure(ALLOWED)).isEqualTo(new HostState(List.of(), List.of()));
    }
  }

  @Test
  void isBornSo() throws Exception {
    host.configure(ALLOWED);

    uplink();

    assertThat(acceptance("up0")).isEqualTo("2");
    assertThat(host.configure(ALLOWED).changed()).isEmpty();
  }

  @Test
  void isSeenByTheNextProcess() throws Exception {
    host.configure(ALLOWED);
    uplink();
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=1");

    HostConfiguration noTunnelYet =
        new HostConfiguration(
            Side.SERVER,
            Set.of(PREFIX),
            Set.of(),
            Set.of(),
            Set.of(),
            Set.of(HostSetting.FORWARDING));
    new LinuxHostNetwork().configure(noTunnelYet);

    assertThat(acceptance("up0")).isEqualTo("2");
  }

  @Test
  void isToldOfWhereItMayNotBeSet() throws Exception {
    host.configure(ALLOWED);
    host.configure(server());
    uplink();
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=1");

    assertThat(host.configure(server()).missing())
        .singleElement()
        .asString()
        .contains("interface up0 takes router advertisements")
        .endsWith("type: sysctl -w net.ipv6.conf.up0.accept_ra=2");
    assertThat(acceptance("up0")).isEqualTo("1");

    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=2");
    assertThat(host.configure(server()).missing()).isEmpty();
  }

  /** Whoever switched advertisements off, or made the host a router himself, meant it. */
  @Test
  void isLeftAloneWhereTheOperatorForwards() throws Exception {
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.all.forwarding=1");
    uplink();

    assertThat(host.configure(ALLOWED)).isEqualTo(new HostState(List.of(), List.of()));
    assertThat(acceptance("up0")).isEqualTo("1");
    assertThat(acceptance("default")).isEqualTo("1");

    // It did hear a router, and will not again.
    OwnNetwork.run(
        "ip",
        "-6",
        "address",
        "add",
        "2001:db8:cafe:1::7/64",
        "dev",
        "up0",
        "valid_lft",
        "600",
        "preferred_lft",
        "600");
    assertThat(new LinuxHostNetwork().configure(ALLOWED).missing())
        .singleElement()
        .asString()
        .endsWith("type: sysctl -w net.ipv6.conf.up0.accept_ra=2");
    assertThat(acceptance("up0")).isEqualTo("1");
  }

  @Test
  void isLeftAloneWhereAdvertisementsAreOff() throws Exception {
    host.configure(ALLOWED);
    uplink();
    OwnNetwork.run("sysctl", "-qw", "net.ipv6.conf.up0.accept_ra=0");

    assertThat(host.configure(ALLOWED).changed()).isEmpty();
    assertThat(acceptance("up0")).isEqualTo("0");
  }

  /** Its hosts are told where to go by this machine, and tell it nothing. */
  @Test
  void isNoNetworkBehindTheTunnel() throws Exception {
    OwnNetwork.run("ip", "link", "add", "lan0", "type", "veth", "peer", "name", "host0");
    OwnNetwork.run("ip", "-6", "address", "add", "2001:db8:700:1::1/64", "dev", "lan0");
    uplink();
    HostConfiguration client =
        new HostConfiguration(
            Side.CLIENT,
            Set.of(PREFIX),
            Set.of(),
            Set.of(IpVersion.IPV6),
            Set.of(),
            Set.of(HostSetting.FORWARDING));

    host.configure(client);
    assertThat(acceptance("lan0")).isEqualTo("1");
    assertThat(acceptance("up0")).isEqualTo("2");

    host.configure(ALLOWED);
    assertThat(acceptance("lan0")).as("a broker on the same host").isEqualTo("1");
  }

  private static void uplink() throws Exception {
    OwnNetwork.run("ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    OwnNetwork.run("ip", "link", "set", "far0", "up");
    OwnNetwork.run("ip", "link", "set", "up0", "up");
  }

  private static boolean isAdvertised() {
    try {
      return OwnNetwork.run("ip", "-6", "route", "show", "default", "proto", "ra")
          .contains("dev up0");
    } catch (IOException | InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private static String acceptance(String device) throws Exception {
    return OwnNetwork.run("sysctl", "-n", "net.ipv6.conf." + device + ".accept_ra").strip();
  }

  private static HostConfiguration server(HostSetting... allowed) {
    return new HostConfiguration(
        Side.SERVER, Set.of(), Set.of(), Set.of(IpVersion.IPV6), Set.of(), Set.of(allowed));
  }
}
