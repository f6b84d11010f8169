package org.culvert.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.status.Referral;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReferralsTest {
  private static final String HERE_4 = "192.0.2.1";
  private static final String HERE_6 = "2001:db8::1";

  @ParameterizedTest
  @CsvSource({HERE_4 + ", 192.0.2.9 ts1.example", HERE_6 + ", 2001:db8::9 ts1.example"})
  void nameBrokersOfTheClientsFamilyAndNeverTheOneItCameTo(String local, String named) {
    Referrals referrals =
        new Referrals(
            List.of(HERE_4, HERE_6, "192.0.2.9", "2001:db8::9", "ts1.example"), List.of());

    assertThat(referrals.full(cameTo(local), "full").referral())
        .contains(new Referral(List.of(named.split(" "))));
  }

  @Test
  void aListOfNothingButItselfIsAPlainRefusal() {
    Referrals referrals = new Referrals(List.of(), List.of(HERE_4));

    assertThat(referrals.busy(cameTo(HERE_4), "busy").referral()).isEqualTo(Optional.empty());
  }

  private static SignalingPath cameTo(String local) {
    return new SignalingPath(
        Transport.UDP,
        new InetSocketAddress(IpAddresses.parse(local), 3653),
        new InetSocketAddress(
            IpAddresses.parse(local.equals(HERE_4) ? "198.51.100.2" : "2001:db8:f::2"), 40000));
  }
}
