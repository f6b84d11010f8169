package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.culvert.broker.Rig.ALICE;
import static org.culvert.broker.Rig.HOME;

import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.junit.jupiter.api.Test;

class ResolversTest {

  /** The most common old client follows a null pointer if it finds no IPv6 address there. */
  @Test
  void whereNoneIsConfiguredAnAddressStandsInItsPlaceThatIsNobodys() {
    assertThat(new Rig().offerV6V4(ALICE, HOME).resolvers())
        .containsExactly(IpAddresses.parse("::"));
  }

  @Test
  void configuredOnesAloneAreTold() {
    assertThat(
            new Rig("resolvers", new String[] {"2001:db8::53, 192.0.2.53"})
                .offerV6V4(ALICE, HOME)
                .resolvers())
        .containsExactly(IpAddresses.parse("2001:db8::53"), IpAddresses.parse("192.0.2.53"));
  }

  @Test
  void noneIsToldWhereTheOperatorSaysSo() {
    assertThat(new Rig("resolvers", new String[] {"none"}).offerV6V4(ALICE, HOME).resolvers())
        .isEmpty();
    assertThatThrownBy(() -> new Rig("resolvers", new String[] {"none, 2001:db8::53"}))
        .isInstanceOf(InvalidConfigurationException.class)
        .hasMessageContaining("or none");
  }
}
