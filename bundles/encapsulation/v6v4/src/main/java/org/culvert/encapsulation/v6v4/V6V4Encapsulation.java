package org.culvert.encapsulation.v6v4;

import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Offers {@code v6v4}: IPv6 in IPv4 with protocol 41 (RFC 4213), asked for over TCP or UDP on IPv4
 * (RFC 5572 section 4.4.1).
 */
@Component
public final class V6V4Encapsulation implements Encapsulation {
  private static final int IPV6_IN_IPV4 = 41;

  private static final TunnelProfile PROFILE =
      TunnelProfile.of(
              TunnelType.V6V4,
              new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.IpProtocol(IPV6_IN_IPV4)))
          .withClaim()
          .withRemote()
          .answering(TunnelType.V6ANYV4, 1);

  /** Has nothing to set up. */
  @Activate
  public V6V4Encapsulation() {}

  @Override
  public TunnelProfile profile() {
    return PROFILE;
  }
}
