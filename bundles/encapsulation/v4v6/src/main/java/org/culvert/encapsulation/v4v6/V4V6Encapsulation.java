package org.culvert.encapsulation.v4v6;

import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelType;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Offers {@code v4v6}, the tunnel of DSTM: IPv4 in IPv6 with next header 4 (RFC 2473), asked for
 * over whatever carries the signaling on IPv6 (RFC 5572 section 4.4.1).
 */
@Component
public final class V4V6Encapsulation implements Encapsulation {
  private static final int IPV4_IN_IPV6 = 4;

  private static final TunnelProfile PROFILE =
      TunnelProfile.of(
          TunnelType.V4V6,
          new WireFormat(IpVersion.IPV6, IpVersion.IPV4, new Carrier.IpProtocol(IPV4_IN_IPV6)));

  /** Has nothing to set up. */
  @Activate
  public V4V6Encapsulation() {}

  @Override
  public TunnelProfile profile() {
    return PROFILE;
  }
}
