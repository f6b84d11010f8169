package org.culvert.lan.radvd;

import java.net.Inet6Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * The checked configuration.
 *
 * @param lans the networks to hand the prefix on to, in order
 * @param address the gateway's address in each of them, as its last 64 bits
 * @param announce whether radvd shall announce
 * @param resolvers name servers to announce; empty: those that the broker offers
 * @param preferredLifetime how long hosts shall prefer their addresses
 * @param validLifetime how long hosts shall keep their addresses
 * @param routerLifetime how long hosts shall take the gateway for a router
 * @param farewell how long a prefix that is gone is announced as deprecated
 * @param radvd where radvd is
 * @param directory where its files are written
 * @param forwarding whether forwarding is switched on
 * @param firewall whether what comes through the tunnel unasked is dropped
 * @param open what is let in nevertheless
 */
record LanSettings(
    List<Lan> lans,
    Inet6Address address,
    boolean announce,
    List<Inet6Address> resolvers,
    Duration preferredLifetime,
    Duration validLifetime,
    Duration routerLifetime,
    Duration farewell,
    String radvd,
    Path directory,
    boolean forwarding,
    boolean firewall,
    List<Opening> open) {

  /** Copies the lists. */
  LanSettings {
    lans = List.copyOf(lans);
    resolvers = List.copyOf(resolvers);
    open = List.copyOf(open);
  }

  /**
   * A network.
   *
   * @param device the device that leads to it
   * @param subnet its number within the prefix; empty: the next that is free
   */
  record Lan(String device, Optional<Long> subnet) {}

  /**
   * A service that may be reached from outside.
   *
   * @param protocol {@code tcp} or {@code udp}
   * @param port its port
   */
  record Opening(String protocol, int port) {}
}
