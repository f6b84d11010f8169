package org.culvert.routing.frr;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class SessionStateTest {

  @Test
  void tellsOneLine() {
    assertThat(
            SessionState.ofBgp(
                "{\"x\":{\"bgpState\":\"Established\",\"bgpTimerUpString\":\"01:02:03\","
                    + "\"acceptedPrefixCounter\":1,\"sentPrefixCounter\":2}}"))
        .isEqualTo("Established for 01:02:03, 1 prefix accepted, 2 prefixes announced");
    assertThat(
            SessionState.ofBgp(
                "{\"bgpState\":\"Idle\",\"lastResetDueTo\":\"x\","
                    + "\"lastNotificationReason\":\"Cease\\/Maximum\"}"))
        .isEqualTo("Idle, last because of: Cease/Maximum");
    assertThat(SessionState.ofBgp("{\"bgpState\": \"Active\"}")).isEqualTo("Active");
    assertThat(SessionState.ofBgp("% No such neighbor")).isEqualTo("FRR has no such neighbor");
    assertThat(
            SessionState.ofRipng("R(n) ::/0\n   fe80::1   tun0 2 0\n   fe80::1 tun01 2\n", "tun0"))
        .isEqualTo("RIPng on tun0, 1 prefix accepted");
  }
}
