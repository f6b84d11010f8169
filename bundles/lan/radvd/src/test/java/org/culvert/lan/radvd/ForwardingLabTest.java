package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.util.Set;
import org.culvert.testkit.net.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gateway that has, or gets, an uplink beside its tunnel on which a router advertises itself. */
class ForwardingLabTest {
  private static final Set<String> LANS = Set.of("lan0");
  private static final String TUNNEL = "tun0";

  private Village village;
  private Forwarding forwarding;

  @BeforeEach
  void build() throws Exception {
    assumeTrue(Village.canBe(), "needs root, radvd, nft, ip, sysctl, kill, ping and curl");
    village = new Village();
    forwarding = new Forwarding(village.programs());
    set("all.forwarding", 0);
    set("default.accept_ra", 1);
    set("tun0.accept_ra", 0);
    set("lan0.accept_ra", 1);
  }

  @AfterEach
  void tearDown() {
    if (village != null) {
      village.close();
    }
  }

  @Test
  void hearsRoutersOnAnUplinkThatWasThere() throws Exception {
    uplink();

    forwarding.switchOn(LANS, TUNNEL);

    assertThat(setting("all.forwarding")).isEqualTo("1");
    assertThat(setting("up0.accept_ra")).isEqualTo("2");
    assertThat(setting("lan0.accept_ra")).isEqualTo("1");
    assertThat(setting("tun0.accept_ra")).isEqualTo("0");
    assertThat(forwarding.faults(LANS, TUNNEL)).isEmpty();
  }

  @Test
  void hearsRoutersOnAnUplinkThatComesLater() throws Exception {
    forwarding.switchOn(LANS, TUNNEL);
    uplink();
    assertThat(setting("up0.accept_ra")).isEqualTo("2");

    // A network manager sets it up as on a host that forwards nothing.
    set("up0.accept_ra", 1);
    assertThat(Fault.texts(forwarding.faults(LANS, TUNNEL)))
        .containsExactly(
            "up0 takes no router advertisements, since this machine forwards;"
                + " type: sysctl -w net.ipv6.conf.up0.accept_ra=2");

    // The next process does the same.
    new Forwarding(village.programs()).switchOn(LANS, TUNNEL);
    assertThat(setting("up0.accept_ra")).isEqualTo("2");
    assertThat(setting("lan0.accept_ra")).isEqualTo("1");
    assertThat(forwarding.faults(LANS, TUNNEL)).isEmpty();
  }

  @Test
  void keepsTheValueForUplinksThatComeLater() throws Exception {
    forwarding.switchOn(LANS, TUNNEL);
    set("default.accept_ra", 1);
    assertThat(Fault.texts(forwarding.faults(LANS, TUNNEL)))
        .containsExactly(
            "interfaces that come later take no router advertisements, since this machine"
                + " forwards; type: sysctl -w net.ipv6.conf.default.accept_ra=2");

    forwarding.switchOn(LANS, TUNNEL);

    assertThat(setting("default.accept_ra")).isEqualTo("2");
    assertThat(forwarding.faults(LANS, TUNNEL)).isEmpty();
    set("default.accept_ra", 0);
    assertThat(forwarding.faults(LANS, TUNNEL)).as("whoever wants none means it").isEmpty();
  }

  @Test
  void hearsNoRouterInItsLans() throws Exception {
    forwarding.switchOn(LANS, TUNNEL);
    set("lan0.accept_ra", 2);
    assertThat(Fault.texts(forwarding.faults(LANS, TUNNEL)))
        .containsExactly(
            "lan0 takes router advertisements, though this machine is the router there");

    forwarding.switchOn(LANS, TUNNEL);

    assertThat(setting("lan0.accept_ra")).isEqualTo("1");
    assertThat(forwarding.faults(LANS, TUNNEL)).isEmpty();
  }

  @Test
  void leavesUplinksAloneWhereTheOperatorForwards() throws Exception {
    set("all.forwarding", 1);
    uplink();

    forwarding.switchOn(LANS, TUNNEL);
    assertThat(setting("up0.accept_ra")).isEqualTo("1");
    assertThat(setting("default.accept_ra")).isEqualTo("1");
    assertThat(forwarding.faults(LANS, TUNNEL)).isEmpty();

    // It did hear a router, and will not again.
    village.in(
        village.gateway,
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
    assertThat(Fault.texts(forwarding.faults(LANS, TUNNEL)))
        .singleElement()
        .asString()
        .endsWith("type: sysctl -w net.ipv6.conf.up0.accept_ra=2");
  }

  private void uplink() {
    village.in(village.gateway, "ip", "link", "add", "up0", "type", "veth", "peer", "name", "far0");
    village.in(village.gateway, "sysctl", "-qw", "net.ipv6.conf.far0.accept_ra=0");
    village.in(village.gateway, "ip", "link", "set", "far0", "up");
    village.in(village.gateway, "ip", "link", "set", "up0", "up");
    Eventually.holds(
        "IPv6 on the uplink",
        () -> village.in(village.gateway, "cat", "/proc/net/if_inet6").contains(" up0"));
  }

  private void set(String name, int value) {
    village.in(village.gateway, "sysctl", "-qw", "net.ipv6.conf." + name + "=" + value);
  }

  private String setting(String name) {
    return village.in(village.gateway, "sysctl", "-n", "net.ipv6.conf." + name).strip();
  }
}
