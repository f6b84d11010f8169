package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.testkit.trace.Threat;
import org.junit.jupiter.api.Test;

class FirewallTest {

  @Test
  @Threat("T22")
  void letsInWhatWasAskedForAndWhatNetworksNeedAndNothingElse() {
    assertThat(
            firewall("udp/53")
                .text(
                    Samples.tunnel("2001:db8:1::/48", "culvert1"),
                    "culvert1",
                    prefixes("2001:db8:2::/48", "2001:db8:1::/48", "2001:db8:2:7::/64")))
        .isEqualTo(
            """
            table ip6 culvert_lan
            delete table ip6 culvert_lan
            table ip6 culvert_lan {
              chain forward {
                type filter hook forward priority filter; policy accept;
                iifname "culvert1" jump inside
                iifname != { "lo", "e" } ip6 daddr { 2001:db8:1::/48, 2001:db8:2::/48 } jump inside
              }
              chain input {
                type filter hook input priority filter; policy accept;
                iifname "culvert1" jump gateway
                iifname != { "lo", "e" } ip6 daddr { 2001:db8:1::/48, 2001:db8:2::/48, 2001:db8:ffff::2 } jump gateway
              }
              chain inside {
                ct state established,related accept
                ct state invalid counter drop
                icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request, echo-reply } accept
                udp dport 53 accept
                counter drop
              }
              chain gateway {
                icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept
                jump inside
              }
            }
            """);
  }

  @Test
  void letsTheRoutingProtocolThroughToTheGatewayOnly() {
    assertThat(
            firewall()
                .text(
                    Samples.tunnel(
                        "2001:db8:1::/48", "culvert1", RoutingAgreement.bgp(65001, 65000)),
                    "culvert1",
                    prefixes("2001:db8:1::/48")))
        .contains("ip6 saddr { fe80::/10, 2001:db8:ffff::1 } accept\n    jump inside");
  }

  private static Firewall firewall(String... open) {
    return new Firewall(
        new Programs(List.of()), Configs.of("e").with("open", open).settings(), new DeafFilters());
  }

  private static List<IpPrefix> prefixes(String... texts) {
    return Stream.of(texts).map(IpPrefix::parse).toList();
  }
}
