package org.culvert.testkit.encapsulation;

import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelType;

/** What the bundles of TSP's own tunnel types say of them, for tests that have no such bundle. */
public final class SampleProfiles {
  /** IPv6 in IPv4. */
  public static final TunnelProfile V6V4 =
      plain(TunnelType.V6V4, IpVersion.IPV4, IpVersion.IPV6, 41)
          .withClaim()
          .withRemote()
          .answering(TunnelType.V6ANYV4, 1);

  /** IPv6 in UDP in IPv4. */
  public static final TunnelProfile V6UDPV4 =
      TunnelProfile.of(
              TunnelType.V6UDPV4, new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Carrier.Udp()))
          .withClaim()
          .withKeepAlive()
          .answering(TunnelType.V6ANYV4, 2);

  /** IPv4 in IPv6. */
  public static final TunnelProfile V4V6 =
      plain(TunnelType.V4V6, IpVersion.IPV6, IpVersion.IPV4, 4);

  private static final Map<TunnelType, TunnelProfile> ALL =
      Map.of(TunnelType.V6V4, V6V4, TunnelType.V6UDPV4, V6UDPV4, TunnelType.V4V6, V4V6);

  private SampleProfiles() {}

  /** Returns the profiles of types. */
  public static Set<TunnelProfile> of(Collection<TunnelType> types) {
    return types.stream().map(SampleProfiles::of).collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the profile of a type; one that nobody knows is IPv6 in IPv4 with protocol 47. */
  public static TunnelProfile of(TunnelType type) {
    TunnelProfile known = ALL.get(type);
    return known == null ? plain(type, IpVersion.IPV4, IpVersion.IPV6, 47) : known;
  }

  private static TunnelProfile plain(
      TunnelType type, IpVersion outer, IpVersion inner, int number) {
    return TunnelProfile.of(type, new WireFormat(outer, inner, new Carrier.IpProtocol(number)));
  }
}
