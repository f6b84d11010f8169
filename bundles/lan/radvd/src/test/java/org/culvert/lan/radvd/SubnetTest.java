package org.culvert.lan.radvd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SubnetTest {

  @Test
  void eachLanGetsASubnetOfItsOwn() throws Exception {
    assertThat(divide("2001:db8:1::/48", "eth1", "eth2=0", "eth3", "eth4=0xffff"))
        .containsExactly(
            "eth1 2001:db8:1:1::1/64",
            "eth2 2001:db8:1::1/64",
            "eth3 2001:db8:1:2::1/64",
            "eth4 2001:db8:1:ffff::1/64");
    assertThat(divide("2001:db8:1:ab00::/56", "eth1", "eth2=255"))
        .containsExactly("eth1 2001:db8:1:ab00::1/64", "eth2 2001:db8:1:abff::1/64");
  }

  @Test
  void aSixtyFourIsOneLan() throws Exception {
    assertThat(divide("2001:db8:1:7::/64", "eth1")).containsExactly("eth1 2001:db8:1:7::1/64");
  }

  @Test
  void theGatewaysOwnAddressIsAsTold() throws Exception {
    Subnet subnet =
        Subnet.divide(
                Configs.of("eth1").with("address", "::a:0:0:fe").settings(),
                IpPrefix.parse("2001:db8:1::/48"))
            .get(0);

    assertThat(subnet.gateway()).hasToString("2001:db8:1:0:a::fe/64");
    assertThat(subnet.prefix()).hasToString("2001:db8:1::/64");
  }

  @ParameterizedTest
  @CsvSource({
    "2001:db8:1:7::/64, eth1 eth2, no subnet 1 for eth2",
    "2001:db8:1:6::/63, eth1=2, no subnet 2 for eth1",
    "2001:db8:1::/48, eth1=65536, no subnet 65536",
    "2001:db8:1:7::/65, eth1, needs a /64",
    "192.0.2.0/24, eth1, needs a /64"
  })
  void refusesWhatThePrefixCannotHold(String prefix, String interfaces, String words) {
    assertThatThrownBy(() -> divide(prefix, interfaces))
        .isInstanceOfSatisfying(ServiceException.class, e -> assertThat(e.isLasting()).isTrue())
        .hasMessageContaining(words);
  }

  private static List<String> divide(String prefix, String... interfaces) throws ServiceException {
    return Subnet.divide(Configs.of(interfaces).settings(), IpPrefix.parse(prefix)).stream()
        .map(subnet -> subnet.device() + " " + subnet.gateway())
        .toList();
  }
}
