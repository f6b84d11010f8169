package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Set;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.TunnelType;

/**
 * The type and the outer addresses of a tunnel (RFC 5572 section 2.1).
 *
 * <p>A NAT is in the path if the address that the client claims differs from the one that its
 * request came from; ports are not compared.
 *
 * @param profile the type decided on
 * @param outer the outer addresses, seen from the server
 * @param claimed the address to echo in the reply
 */
record TypeDecision(TunnelProfile profile, OuterEndpoints outer, InetAddress claimed) {

  /**
   * Decides: of the types that answer the request's word and pass what is in the path, the one that
   * prefers the word most.
   *
   * @param carried what the tunnel server carries
   * @param mayProxy whether the user may ask for another machine's tunnel
   * @throws TspException with 303, 501 or 502
   */
  static TypeDecision decide(
      TunnelRequest request, SignalingPath path, Set<TunnelProfile> carried, boolean mayProxy) {
    checkNamed(request, carried);
    List<TunnelProfile> suitable = suitable(request.type(), path, carried);
    if (request.proxy()) {
      return proxied(request, path, suitable, mayProxy);
    }
    if (suitable.isEmpty()) {
      throw unsupported(request, path, false, carried);
    }
    if (suitable.stream().noneMatch(TunnelProfile::claimed)) {
      return direct(suitable.get(0), path, source(path));
    }
    InetAddress claimed = claimed(request);
    boolean nat = !claimed.equals(remote(path));
    return suitable.stream()
        .filter(profile -> !nat || profile.crossesNat() || !profile.claimed())
        .findFirst()
        .map(profile -> direct(profile, path, claimed))
        .orElseThrow(() -> unsupported(request, path, nat, carried));
  }

  /** A client that wants a tunnel over IPv4 says which address it has, whatever the path. */
  private static void checkNamed(TunnelRequest request, Set<TunnelProfile> carried) {
    List<TunnelProfile> all = TunnelProfile.answering(carried, request.type());
    boolean overIpv4 = all.stream().anyMatch(profile -> profile.outer() == IpVersion.IPV4);
    if (overIpv4 && request.clientIpv4().isEmpty()) {
      throw invalid("client names no IPv4 address");
    }
  }

  /** Returns what answers a word on a path, the preferred type first. */
  private static List<TunnelProfile> suitable(
      TunnelType word, SignalingPath path, Set<TunnelProfile> carried) {
    return TunnelProfile.answering(carried, word).stream()
        .filter(profile -> profile.isOfferedOn(path))
        .toList();
  }

  private static TypeDecision direct(
      TunnelProfile profile, SignalingPath path, InetAddress claimed) {
    OuterEndpoints outer =
        profile.usesSessionPorts()
            ? new OuterEndpoints(path.local(), path.remote())
            : OuterEndpoints.withoutPorts(path.local().getAddress(), remote(path));
    return new TypeDecision(profile, outer, claimed);
  }

  /**
   * Returns the address that the request came from, whatever the client claims: where no NAT is to
   * be expected, a claim that differs can only be outdated, or meant for somebody else's node.
   */
  private static InetAddress source(SignalingPath path) {
    InetAddress source = remote(path);
    if (source.isLinkLocalAddress()) {
      throw new TspException(
          StatusCode.INVALID_IPV6_ADDRESS, "a tunnel needs an address beyond the link");
    }
    return source;
  }

  private static TypeDecision proxied(
      TunnelRequest request, SignalingPath path, List<TunnelProfile> suitable, boolean mayProxy) {
    TunnelProfile profile =
        suitable.stream()
            .filter(TunnelProfile::remote)
            .filter(remote -> mayProxy)
            .findFirst()
            .orElseThrow(
                () ->
                    new TspException(
                        StatusCode.UNSUPPORTED_TUNNEL_TYPE, "asked for on behalf of another node"));
    InetAddress claimed = claimed(request);
    if (claimed.isLoopbackAddress()) {
      throw invalid("loopback address of another node");
    }
    return new TypeDecision(
        profile, OuterEndpoints.withoutPorts(path.local().getAddress(), claimed), claimed);
  }

  TunnelType type() {
    return profile.type();
  }

  /** Returns the IP version inside. */
  Family family() {
    return Family.of(profile.inner());
  }

  private static Inet4Address claimed(TunnelRequest request) {
    Inet4Address claimed =
        request.clientIpv4().orElseThrow(() -> invalid("client names no IPv4 address"));
    int first = claimed.getAddress()[0] & 0xFF;
    // 0/8 is "this network"; 224/4 is multicast; 240/4 is reserved and holds the broadcast address.
    if (first == 0 || first >= 224) {
      throw invalid("client names " + UserAddresses.text(claimed));
    }
    return claimed;
  }

  private static InetAddress remote(SignalingPath path) {
    return path.remote().getAddress();
  }

  private static TspException unsupported(
      TunnelRequest request, SignalingPath path, boolean nat, Set<TunnelProfile> carried) {
    return new TspException(
        StatusCode.UNSUPPORTED_TUNNEL_TYPE,
        request.type()
            + (nat ? " through a NAT" : "")
            + " asked for over "
            + path.transport()
            + (path.isIpv4() ? " and IPv4" : " and IPv6")
            + ", carried here: "
            + carried.stream().map(TunnelProfile::type).sorted().toList());
  }

  private static TspException invalid(String why) {
    return new TspException(StatusCode.INVALID_IPV4_ADDRESS, why);
  }
}
