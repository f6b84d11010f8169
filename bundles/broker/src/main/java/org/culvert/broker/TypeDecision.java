package org.culvert.broker;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.Set;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.log.UserAddresses;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.SignalingPath;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * The type and the outer addresses of a tunnel (RFC 5572 section 2.1).
 *
 * <p>A NAT is in the path if the address that the client claims differs from the one that its
 * request came from; ports are not compared.
 *
 * @param type the type decided on, never {@link TunnelType#V6ANYV4}
 * @param outer the outer addresses, seen from the server
 * @param claimed the address to echo in the reply
 */
record TypeDecision(TunnelType type, OuterEndpoints outer, InetAddress claimed) {

  /**
   * Decides.
   *
   * @param carried the types that the tunnel server carries on this path
   * @param mayProxy whether the user may ask for another machine's tunnel
   * @throws TspException with 303, 501 or 502
   */
  static TypeDecision decide(
      TunnelRequest request, SignalingPath path, Set<TunnelType> carried, boolean mayProxy) {
    TunnelType type = request.type();
    if (request.proxy()) {
      return proxied(request, path, carried, mayProxy);
    }
    if (type.equals(TunnelType.V6V4)
        || type.equals(TunnelType.V6UDPV4)
        || type.equals(TunnelType.V6ANYV4)) {
      return overIpv4(request, path, carried);
    }
    if (!carried.contains(type) || Family.of(type) != Family.over(path)) {
      throw unsupported(type + " is not carried on this path");
    }
    return new TypeDecision(type, withoutPorts(path), source(path));
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

  private static TypeDecision overIpv4(
      TunnelRequest request, SignalingPath path, Set<TunnelType> carried) {
    if (!path.isIpv4()) {
      throw unsupported(request.type() + " asked for over IPv6");
    }
    Inet4Address claimed = claimed(request);
    boolean nat = !claimed.equals(remote(path));
    boolean plain = !nat && carried.contains(TunnelType.V6V4);
    boolean udp = path.transport() == Transport.UDP && carried.contains(TunnelType.V6UDPV4);
    if (plain && !request.type().equals(TunnelType.V6UDPV4)) {
      return new TypeDecision(TunnelType.V6V4, withoutPorts(path), claimed);
    }
    if (udp && !request.type().equals(TunnelType.V6V4)) {
      OuterEndpoints outer = new OuterEndpoints(path.local(), path.remote());
      return new TypeDecision(TunnelType.V6UDPV4, outer, claimed);
    }
    throw unsupported(
        request.type()
            + (nat ? " through a NAT" : "")
            + " asked for over "
            + path.transport()
            + ", carried here: "
            + carried);
  }

  private static TypeDecision proxied(
      TunnelRequest request, SignalingPath path, Set<TunnelType> carried, boolean mayProxy) {
    boolean wanted =
        request.type().equals(TunnelType.V6V4) || request.type().equals(TunnelType.V6ANYV4);
    if (!mayProxy || !wanted || !path.isIpv4() || !carried.contains(TunnelType.V6V4)) {
      throw unsupported("asked for on behalf of another node");
    }
    Inet4Address claimed = claimed(request);
    if (claimed.isLoopbackAddress()) {
      throw invalid("loopback address of another node");
    }
    OuterEndpoints outer = OuterEndpoints.withoutPorts(path.local().getAddress(), claimed);
    return new TypeDecision(TunnelType.V6V4, outer, claimed);
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

  private static OuterEndpoints withoutPorts(SignalingPath path) {
    return OuterEndpoints.withoutPorts(path.local().getAddress(), remote(path));
  }

  private static InetAddress remote(SignalingPath path) {
    return path.remote().getAddress();
  }

  private static TspException unsupported(String why) {
    return new TspException(StatusCode.UNSUPPORTED_TUNNEL_TYPE, why);
  }

  private static TspException invalid(String why) {
    return new TspException(StatusCode.INVALID_IPV4_ADDRESS, why);
  }
}
