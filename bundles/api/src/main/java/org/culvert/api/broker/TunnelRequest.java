package org.culvert.api.broker;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelType;

/**
 * What a client asks for with {@code create} (RFC 5572 section 4.7.1).
 *
 * @param type the type asked for, {@link TunnelType#V6ANYV4} included
 * @param clientAddresses the addresses that the client says it has, in its order
 * @param proxy whether the client asks on behalf of another node
 * @param keepAlive the interval asked for; absent: the client did not ask
 * @param router a prefix asked for
 * @param name the name that the client asks to be given in the DNS, as it came
 */
public record TunnelRequest(
    TunnelType type,
    List<InetAddress> clientAddresses,
    boolean proxy,
    Optional<Duration> keepAlive,
    Optional<RouterRequest> router,
    Optional<String> name) {

  /** Returns a request that asks for no name. */
  public TunnelRequest(
      TunnelType type,
      List<InetAddress> clientAddresses,
      boolean proxy,
      Optional<Duration> keepAlive,
      Optional<RouterRequest> router) {
    this(type, clientAddresses, proxy, keepAlive, router, Optional.empty());
  }

  /** Copies the list. */
  public TunnelRequest {
    clientAddresses = List.copyOf(clientAddresses);
  }

  /** Returns the first IPv4 address that the client says it has. */
  public Optional<Inet4Address> clientIpv4() {
    return first(Inet4Address.class);
  }

  /** Returns the first IPv6 address of global scope that the client says it has. */
  public Optional<Inet6Address> clientIpv6() {
    return clientAddresses.stream()
        .filter(Inet6Address.class::isInstance)
        .map(Inet6Address.class::cast)
        .filter(address -> !address.isLinkLocalAddress())
        .findFirst();
  }

  /** Returns one of these two. */
  public Optional<? extends InetAddress> clientAddress(IpVersion version) {
    return version == IpVersion.IPV4 ? clientIpv4() : clientIpv6();
  }

  private <T extends InetAddress> Optional<T> first(Class<T> family) {
    return clientAddresses.stream().filter(family::isInstance).map(family::cast).findFirst();
  }
}
