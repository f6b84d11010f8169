package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.junit.jupiter.api.Test;

class RadvdConfTest {
  private final LanSettings settings = Configs.of("eth1", "eth2=5").settings();

  @Test
  void announcesThePresentAndDeprecatesTheOld() throws Exception {
    List<Subnet> old =
        Subnet.divide(Configs.of("eth1").settings(), IpPrefix.parse("2001:db8:9::/48"));

    assertThat(
            new RadvdConf(settings)
                .text(
                    Subnet.divide(settings, IpPrefix.parse("2001:db8:1::/48")),
                    old,
                    1280,
                    List.of(IpAddresses.parse6("2001:db8:53::1"))))
        .isEqualTo(
            """
            # Written by Culvert; changes are lost.
            interface eth1 {
              AdvSendAdvert on;
              IgnoreIfMissing on;
              MaxRtrAdvInterval 200;
              MinRtrAdvInterval 66;
              AdvDefaultLifetime 1800;
              AdvLinkMTU 1280;
              prefix 2001:db8:1::/64 {
                AdvOnLink on;
                AdvAutonomous on;
                AdvValidLifetime 5400;
                AdvPreferredLifetime 2700;
                DeprecatePrefix on;
              };
              prefix 2001:db8:9::/64 {
                AdvOnLink on;
                AdvAutonomous on;
                AdvValidLifetime 5400;
                AdvPreferredLifetime 0;
              };
              RDNSS 2001:db8:53::1 {
                AdvRDNSSLifetime 1800;
              };
            };
            interface eth2 {
              AdvSendAdvert on;
              IgnoreIfMissing on;
              MaxRtrAdvInterval 200;
              MinRtrAdvInterval 66;
              AdvDefaultLifetime 1800;
              AdvLinkMTU 1280;
              prefix 2001:db8:1:5::/64 {
                AdvOnLink on;
                AdvAutonomous on;
                AdvValidLifetime 5400;
                AdvPreferredLifetime 2700;
                DeprecatePrefix on;
              };
              RDNSS 2001:db8:53::1 {
                AdvRDNSSLifetime 1800;
              };
            };
            """);
  }

  @Test
  void isNoRouterAnyMoreWhereNothingIsPresent() throws Exception {
    List<Subnet> old =
        Subnet.divide(Configs.of("eth1").settings(), IpPrefix.parse("2001:db8:9::/48"));

    assertThat(new RadvdConf(settings).text(List.of(), old, 1280, List.of()))
        .contains("AdvDefaultLifetime 0;", "AdvPreferredLifetime 0;")
        .doesNotContain("AdvLinkMTU", "RDNSS", "AdvPreferredLifetime 2700");
  }
}
