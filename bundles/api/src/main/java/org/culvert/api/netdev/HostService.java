package org.culvert.api.netdev;

import java.net.InetAddress;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;

/**
 * A service of a host, as a packet filter tells it from others.
 *
 * @param protocol number of the IP protocol, 0 to 255: 6 for TCP, 17 for UDP
 * @param port the host's port, 1 to 65535, of TCP and UDP; 0: any, and of other protocols
 * @param at the only address of the host that it is at; empty: any
 * @param from the only addresses that it is for; empty: any
 */
public record HostService(
    int protocol, int port, Optional<InetAddress> at, Optional<IpPrefix> from) {
  /** The protocol number of TCP. */
  public static final int TCP = 6;

  /** The protocol number of UDP. */
  public static final int UDP = 17;

  private static final int LARGEST_PROTOCOL = 255;
  private static final int LARGEST_PORT = 65_535;

  /** Refuses numbers that there are not. */
  public HostService {
    boolean ports = protocol == TCP || protocol == UDP;
    if (protocol < 0
        || protocol > LARGEST_PROTOCOL
        || port < 0
        || port > (ports ? LARGEST_PORT : 0)) {
      throw new IllegalArgumentException("no service: protocol " + protocol + ", port " + port);
    }
  }

  /** Describes a service for all at any address. */
  public static HostService of(int protocol, int port) {
    return new HostService(protocol, port, Optional.empty(), Optional.empty());
  }

  /** Describes a TCP service for all at any address. */
  public static HostService tcp(int port) {
    return of(TCP, port);
  }

  /** Describes a UDP service for all at any address. */
  public static HostService udp(int port) {
    return of(UDP, port);
  }

  /** Returns the same at one address only. */
  public HostService at(InetAddress address) {
    return new HostService(protocol, port, Optional.of(address), from);
  }

  /** Returns the same for some only. */
  public HostService from(IpPrefix sources) {
    return new HostService(protocol, port, at, Optional.of(sources));
  }
}
