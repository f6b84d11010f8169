package org.culvert.api.signaling;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelType;

/**
 * What a client asks for, with what it knows of tunnel types: a broker's answer cannot be read
 * without, for which of its addresses are outside only the type tells.
 *
 * @param request the request
 * @param carried the types that the client can have
 */
public record SignalingRequest(TunnelRequest request, Set<TunnelProfile> carried) {

  /** Copies the set. */
  public SignalingRequest {
    carried = Set.copyOf(carried);
  }

  /** Returns the types that would answer the request, the preferred one first. */
  public List<TunnelProfile> wanted() {
    return TunnelProfile.answering(carried, request.type());
  }

  /** Returns what is known of a type; empty if nothing is, so that no such tunnel can be had. */
  public Optional<TunnelProfile> profile(TunnelType type) {
    return carried.stream().filter(profile -> profile.type().equals(type)).findFirst();
  }

  /**
   * Returns the IP version of the outer addresses of a type: of one that nobody here knows it is
   * that of the address which the client says it has.
   */
  public IpVersion outer(TunnelType type) {
    return profile(type)
        .map(TunnelProfile::outer)
        .orElseGet(
            () ->
                request.clientAddresses().stream()
                    .findFirst()
                    .map(IpVersion::of)
                    .orElse(IpVersion.IPV4));
  }

  /**
   * Returns the IP version inside a type: of one that nobody here knows it is the other version.
   */
  public IpVersion inner(TunnelType type) {
    return profile(type)
        .map(TunnelProfile::inner)
        .orElseGet(() -> IpVersion.of(outer(type) == IpVersion.IPV6));
  }
}
