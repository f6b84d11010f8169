package org.culvert.protocol.xml;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import org.culvert.api.broker.RouterRequest;
import org.culvert.api.broker.TunnelRequest;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.DnsServer;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.protocol.xml.TunnelElement.AddressElement;
import org.culvert.protocol.xml.TunnelElement.KeepaliveElement;
import org.culvert.protocol.xml.TunnelElement.PrefixElement;
import org.culvert.protocol.xml.TunnelElement.RouterElement;

/** Reads a client's commands. */
public final class RequestReader {
  /** Name servers of one request. */
  static final int MAX_DNS_SERVERS = 16;

  private static final int MAX_PREFIX_LENGTH = 128;

  private RequestReader() {}

  /**
   * Reads a command.
   *
   * @param offered what the client may ask for: which addresses a request must have, a type says
   * @throws TspException with what the client shall be told, in its dialect
   */
  public static TunnelCommand read(byte[] document, Dialect dialect, Set<TunnelProfile> offered) {
    TunnelElement tunnel;
    try {
      tunnel = TunnelDocument.read(document);
    } catch (IOException e) {
      throw new TspException(StatusCode.INVALID_REQUEST, "unreadable request", e);
    }
    return switch (tunnel.action().orElse("")) {
      case "create" -> new TunnelCommand.Create(request(tunnel, dialect, offered));
      case "info" -> new TunnelCommand.Info(tunnel.type().flatMap(RequestReader::knownType));
      case "delete" -> new TunnelCommand.Delete();
      case "accept" -> new TunnelCommand.Accept();
      case "reject" -> new TunnelCommand.Reject();
      default -> throw new TspException(StatusCode.INVALID_REQUEST, "unknown or missing action");
    };
  }

  private static TunnelRequest request(
      TunnelElement tunnel, Dialect dialect, Set<TunnelProfile> offered) {
    String name =
        tunnel
            .type()
            .orElseThrow(() -> new TspException(StatusCode.INVALID_REQUEST, "no tunnel type"));
    TunnelType type =
        knownType(name)
            .orElseThrow(
                () -> new TspException(StatusCode.UNSUPPORTED_TUNNEL_TYPE, "not a tunnel type"));
    List<InetAddress> addresses = addresses(tunnel.client().addresses(), dialect);
    checkNamed(addresses, TunnelProfile.answering(offered, type));
    return new TunnelRequest(
        type,
        addresses,
        tunnel.proxy(),
        tunnel.client().keepalive().flatMap(RequestReader::interval),
        tunnel.client().router().map(RequestReader::router),
        name(tunnel.client().addresses()));
  }

  private static Optional<TunnelType> knownType(String name) {
    try {
      return Optional.of(new TunnelType(name));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Reads the first name that the client asks for; whether it may have it, the broker decides. */
  private static Optional<String> name(List<AddressElement> elements) {
    return elements.stream()
        .filter(element -> element.type().equals("dn"))
        .map(AddressElement::text)
        .filter(text -> !text.isEmpty())
        .findFirst();
  }

  /** Reads the client's addresses. */
  private static List<InetAddress> addresses(List<AddressElement> elements, Dialect dialect) {
    List<InetAddress> addresses = new ArrayList<>();
    for (AddressElement element : elements) {
      switch (element.type()) {
        case "ipv4" -> addresses.add(ipv4(element.text()));
        case "ipv6" -> addresses.add(ipv6(element.text(), dialect));
        case "dn" -> checkNicname(element.text(), dialect);
        default -> {}
      }
    }
    return addresses;
  }

  /** The address outside comes before all else that may be wrong with a request. */
  private static void checkNamed(List<InetAddress> addresses, List<TunnelProfile> wanted) {
    if (wanted.stream().anyMatch(profile -> profile.outer() == IpVersion.IPV4)
        && addresses.stream().noneMatch(Inet4Address.class::isInstance)) {
      throw new TspException(StatusCode.INVALID_IPV4_ADDRESS, "no IPv4 address of the client");
    }
  }

  private static void checkNicname(String text, Dialect dialect) {
    if (dialect == Dialect.DRAFT && DnsServers.hostName(text).isEmpty()) {
      throw new TspException(Dialect.NICNAME, "bad nicname");
    }
  }

  private static Inet4Address ipv4(String text) {
    try {
      return usable(IpAddresses.parse4(text));
    } catch (IllegalArgumentException e) {
      throw new TspException(StatusCode.INVALID_IPV4_ADDRESS, "bad IPv4 address", e);
    }
  }

  private static Inet6Address ipv6(String text, Dialect dialect) {
    try {
      return usable(IpAddresses.parse6(text));
    } catch (IllegalArgumentException e) {
      throw new TspException(dialect.code(StatusCode.INVALID_IPV6_ADDRESS), "bad IPv6 address", e);
    }
  }

  private static <T extends InetAddress> T usable(T address) {
    if (address.isAnyLocalAddress() || address.isMulticastAddress()) {
      throw new IllegalArgumentException("not an address of one node");
    }
    return address;
  }

  /** An interval that makes no sense means that the client did not ask. */
  private static Optional<Duration> interval(KeepaliveElement keepalive) {
    return keepalive
        .interval()
        .flatMap(text -> Decimal.parse(text, Integer.MAX_VALUE))
        .filter(seconds -> seconds > 0)
        .map(Duration::ofSeconds);
  }

  private static RouterRequest router(RouterElement router) {
    String length =
        router
            .prefix()
            .flatMap(PrefixElement::length)
            .orElseThrow(
                () -> new TspException(StatusCode.MISSING_PREFIX_LENGTH, "no prefix length"));
    long bits =
        Decimal.parse(length, MAX_PREFIX_LENGTH)
            .filter(value -> value > 0)
            .orElseThrow(
                () -> new TspException(StatusCode.UNSUPPORTED_PREFIX_LENGTH, "bad prefix length"));
    return new RouterRequest(
        OptionalInt.of((int) bits),
        router.protocol(),
        router
            .asNumber()
            .flatMap(text -> Decimal.parse(text, 0xFFFF_FFFFL))
            .map(OptionalLong::of)
            .orElse(OptionalLong.empty()),
        dnsServers(router.dnsServers()));
  }

  private static List<DnsServer> dnsServers(List<AddressElement> elements) {
    if (elements.size() > MAX_DNS_SERVERS) {
      throw new TspException(
          StatusCode.DNS_DELEGATION_ERROR, "more than " + MAX_DNS_SERVERS + " name servers");
    }
    return elements.stream()
        .map(
            element ->
                DnsServers.read(element)
                    .filter(RequestReader::canServe)
                    .orElseThrow(
                        () ->
                            new TspException(StatusCode.DNS_DELEGATION_ERROR, "not a name server")))
        .toList();
  }

  /** A zone is delegated to name servers that anybody can ask. */
  private static boolean canServe(DnsServer server) {
    return !(server instanceof DnsServer.Address named)
        || !(named.address().isAnyLocalAddress()
            || named.address().isLoopbackAddress()
            || named.address().isLinkLocalAddress()
            || named.address().isMulticastAddress());
  }
}
