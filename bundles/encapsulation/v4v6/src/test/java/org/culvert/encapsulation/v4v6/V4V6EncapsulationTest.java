package org.culvert.encapsulation.v4v6;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class V4V6EncapsulationTest {
  private final TunnelProfile profile = new V4V6Encapsulation().profile();

  @Test
  void ipv4FollowsTheIpv6HeaderAsNextHeader4() {
    assertThat(profile.type()).isEqualTo(TunnelType.V4V6);
    assertThat(profile.wireFormat().outer()).isEqualTo(IpVersion.IPV6);
    assertThat(profile.wireFormat().inner()).isEqualTo(IpVersion.IPV4);
    assertThat(profile.wireFormat().carrier()).isEqualTo(new Carrier.IpProtocol(4));
    assertThat(profile.wireFormat().overhead()).isEqualTo(40);
  }

  @ParameterizedTest
  @CsvSource({
    "TCP, 2001:db8::2, true",
    "TLS, 2001:db8::2, true",
    "UDP, 2001:db8::2, true",
    "TCP, 198.51.100.2, false",
    "TLS, 198.51.100.2, false",
    "UDP, 198.51.100.2, false",
  })
  void offeredOnEveryPathOverIpv6(Transport transport, String remote, boolean offered) {
    InetSocketAddress peer = new InetSocketAddress(IpAddresses.parse(remote), 40000);

    assertThat(profile.isOfferedOn(new SignalingPath(transport, peer, peer))).isEqualTo(offered);
  }
}
