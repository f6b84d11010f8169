package org.culvert.encapsulation.v6udpv4;

import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Offers {@code v6udpv4}: IPv6 in UDP in IPv4, asked for over UDP on IPv4 only (RFC 5572 section
 * 4.4.1), since the tunnel takes over the NAT mapping that the signaling made.
 */
@Component
public final class V6UdpV4Encapsulation implements Encapsulation {
  private static final TunnelProfile PROFILE =
      TunnelProfile.of(
              TunnelType.V6UDPV4, new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.Udp()))
          .withClaim()
          .withKeepAlive()
          .answering(TunnelType.V6ANYV4, 2);

  /** Has nothing to set up. */
  @Activate
  public V6UdpV4Encapsulation() {}

  @Override
  public TunnelProfile profile() {
    return PROFILE;
  }
}
