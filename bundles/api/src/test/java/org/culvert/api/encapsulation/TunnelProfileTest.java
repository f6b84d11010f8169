package org.culvert.api.encapsulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.util.List;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TunnelProfileTest {
  private static final TunnelType NAME = new TunnelType("v4inside6");
  private static final TunnelType WORD = new TunnelType("anything");
  private static final WireFormat PLAIN =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.IpProtocol(41));
  private static final WireFormat UDP =
      new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.Udp());

  @Test
  void tellsTheIpVersionsByTheFormatAndNotByTheName() {
    TunnelProfile profile = TunnelProfile.of(NAME, PLAIN);

    assertThat(profile.outer()).isEqualTo(IpVersion.IPV4);
    assertThat(profile.inner()).isEqualTo(IpVersion.IPV6);
  }

  @ParameterizedTest
  @CsvSource({
    "TCP, 198.51.100.2, true",
    "TLS, 198.51.100.2, true",
    "UDP, 198.51.100.2, true",
    "UDP, 2001:db8::2, false"
  })
  void isOfferedOverTheIpVersionOutside(Transport transport, String remote, boolean offered) {
    assertThat(TunnelProfile.of(NAME, PLAIN).isOfferedOn(path(transport, remote)))
        .isEqualTo(offered);
  }

  @ParameterizedTest
  @CsvSource({"TCP, false", "TLS, true", "UDP, false"})
  void isOfferedOverTheTransportsThatItNames(Transport transport, boolean offered) {
    TunnelProfile profile = TunnelProfile.of(NAME, PLAIN).over(Transport.TLS);

    assertThat(profile.isOfferedOn(path(transport, "198.51.100.2"))).isEqualTo(offered);
  }

  @ParameterizedTest
  @CsvSource({"TCP, false", "TLS, false", "UDP, true"})
  void thePortsOfASessionNeedOneOverUdp(Transport transport, boolean offered) {
    TunnelProfile profile = TunnelProfile.of(NAME, UDP);

    assertThat(profile.isOfferedOn(path(transport, "198.51.100.2"))).isEqualTo(offered);
    assertThat(profile.usesSessionPorts()).isTrue();
    assertThat(profile.crossesNat()).isTrue();
    assertThat(TunnelProfile.of(NAME, PLAIN).crossesNat()).isFalse();
  }

  @Test
  void answersItsNameFirstAndOtherWordsAsItSays() {
    TunnelProfile profile = TunnelProfile.of(NAME, PLAIN).answering(WORD, 3);

    assertThat(profile.preference(NAME)).hasValue(0);
    assertThat(profile.preference(WORD)).hasValue(3);
    assertThat(profile.preference(TunnelType.V6ANYV4)).isEmpty();
  }

  @Test
  void theOneThatPrefersAWordMostAnswersItFirst() {
    TunnelProfile last = TunnelProfile.of(NAME, PLAIN).answering(WORD, 3);
    TunnelProfile first = TunnelProfile.of(new TunnelType("other"), PLAIN).answering(WORD, 2);
    TunnelProfile deaf = TunnelProfile.of(new TunnelType("deaf"), PLAIN);
    List<TunnelProfile> all = List.of(deaf, last, first);

    assertThat(TunnelProfile.answering(all, WORD)).containsExactly(first, last);
    assertThat(TunnelProfile.answering(all, NAME)).containsExactly(last);
    assertThat(TunnelProfile.answering(all, TunnelType.V6ANYV4)).isEmpty();
  }

  @Test
  void refusesWhatContradictsItself() {
    TunnelProfile udp = TunnelProfile.of(NAME, UDP);
    TunnelProfile plain = TunnelProfile.of(NAME, PLAIN);

    assertThatThrownBy(() -> udp.over(Transport.TCP)).hasMessageContaining("needs one");
    assertThatThrownBy(udp::withRemote).hasMessageContaining("v4inside6");
    assertThatThrownBy(plain::over).hasMessageContaining("over no transport");
    assertThatThrownBy(() -> plain.answering(WORD, 0)).hasMessageContaining("write 1 or more");
    assertThatThrownBy(() -> plain.answering(NAME, 1)).hasMessageContaining("another word");
  }

  private static SignalingPath path(Transport transport, String remote) {
    InetSocketAddress peer = new InetSocketAddress(IpAddresses.parse(remote), 40000);
    return new SignalingPath(transport, peer, peer);
  }
}
