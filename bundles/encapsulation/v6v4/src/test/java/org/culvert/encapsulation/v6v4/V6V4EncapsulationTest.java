package org.culvert.encapsulation.v6v4;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetSocketAddress;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.trace.Demands;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class V6V4EncapsulationTest {
  private final TunnelProfile profile = new V6V4Encapsulation().profile();

  @Test
  @Demands("R-7-1")
  void ipv6FollowsTheIpv4HeaderAsProtocol41() {
    assertThat(profile.type()).isEqualTo(TunnelType.V6V4);
    assertThat(profile.wireFormat().outer()).isEqualTo(IpVersion.IPV4);
    assertThat(profile.wireFormat().inner()).isEqualTo(IpVersion.IPV6);
    assertThat(profile.wireFormat().carrier()).isEqualTo(new Carrier.IpProtocol(41));
    assertThat(profile.wireFormat().overhead()).isEqualTo(20);
  }

  @ParameterizedTest
  @CsvSource({
    "TCP, 198.51.100.2, true",
    "UDP, 198.51.100.2, true",
    "TCP, 2001:db8::2, false",
    "UDP, 2001:db8::2, false",
  })
  void offeredOnEveryPathOverIpv4(Transport transport, String remote, boolean offered) {
    InetSocketAddress peer = new InetSocketAddress(IpAddresses.parse(remote), 40000);

    assertThat(profile.isOfferedOn(new SignalingPath(transport, peer, peer))).isEqualTo(offered);
  }
}
