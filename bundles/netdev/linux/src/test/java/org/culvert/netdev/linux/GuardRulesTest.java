package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.HostService;
import org.junit.jupiter.api.Test;

class GuardRulesTest {
  /** Names of protocols are in a file that small hosts do not have, and nft then takes no rule. */
  @Test
  void protocolsAreWrittenByTheirNumbers() {
    Set<IpPrefix> pool = Set.of(IpPrefix.parse("2001:db8::/48"));
    String rules =
        GuardRules.of(
            new HostGuard(
                "culvert0",
                Set.of("culvert0", "culvert0-*"),
                pool,
                pool,
                false,
                Set.of(HostService.tcp(22), HostService.udp(53), HostService.of(89, 0))),
            Map.of());

    assertThat(rules.lines().filter(line -> line.contains("l4proto")))
        .isNotEmpty()
        .noneMatch(line -> line.matches(".*l4proto (\\{ )?[a-z].*"));
  }
}
