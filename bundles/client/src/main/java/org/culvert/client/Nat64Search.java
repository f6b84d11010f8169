package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.culvert.api.net.IpAddresses;

/**
 * Finds the prefix of the network's NAT64: the operator's, else those that routers advertise (RFC
 * 8781, which section 5.1 puts before the next), else the one in which the name servers put the
 * addresses of {@code ipv4only.arpa} (RFC 7050), else the one in which they put the broker's own
 * (DNS64, RFC 6147). Confined to the {@link EventLoop}.
 */
final class Nat64Search {
  /** A name that has only IPv4 addresses, these two. */
  static final String KNOWN_NAME = "ipv4only.arpa";

  private static final List<Inet4Address> KNOWN =
      List.of(IpAddresses.parse4("192.0.0.170"), IpAddresses.parse4("192.0.0.171"));

  private static final Duration DNS_LIMIT = Duration.ofSeconds(30);

  /** Listening ends by itself long before; this is for one that does not. */
  private static final Duration ROUTERS_LIMIT = Duration.ofSeconds(10);

  private final Nat64Wish wish;
  private final EventLoop loop;
  private final Resolver resolver;
  private final Routers routers;
  private String routersSaid = "no router advertises one";

  Nat64Search(Nat64Wish wish, EventLoop loop, Resolver resolver, Routers routers) {
    this.wish = wish;
    this.loop = loop;
    this.resolver = resolver;
    this.routers = routers;
  }

  /**
   * Looks.
   *
   * @param broker all addresses of the broker's name
   * @param done is told what was found: several only if routers advertise several
   */
  void find(List<InetAddress> broker, Consumer<List<Nat64Prefix>> done) {
    if (!wish.sought()) {
      done.accept(wish.prefix().stream().toList());
      return;
    }
    // Both are asked at once, since it takes seconds until it is known that no router tells any.
    CompletionStage<List<InetAddress>> known = resolver.resolve(KNOWN_NAME);
    loop.await(
        routers.nat64(),
        ROUTERS_LIMIT,
        advertised -> {
          routersSaid = "no router advertises one";
          if (advertised.isEmpty()) {
            await(known, broker, done);
          } else {
            done.accept(advertised);
          }
        },
        cause -> {
          routersSaid = "routers cannot be asked: " + cause.getMessage();
          await(known, broker, done);
        },
        advertised -> {});
  }

  private void await(
      CompletionStage<List<InetAddress>> known,
      List<InetAddress> broker,
      Consumer<List<Nat64Prefix>> done) {
    loop.await(
        known,
        DNS_LIMIT,
        found -> done.accept(among(found, KNOWN).or(() -> ofBroker(broker)).stream().toList()),
        cause -> done.accept(ofBroker(broker).stream().toList()),
        found -> {});
  }

  /** Says what was done in vain, and what the operator may do. */
  String inVain() {
    return wish.sought()
        ? "no NAT64 was found ("
            + routersSaid
            + "; the name servers tell none by "
            + KNOWN_NAME
            + "); connect the host to IPv4, or write the network's nat64Prefix"
        : "nat64Prefix = none; connect the host to IPv4, or write nat64Prefix = auto";
  }

  private static Optional<Nat64Prefix> ofBroker(List<InetAddress> addresses) {
    return among(
        addresses,
        addresses.stream()
            .filter(Inet4Address.class::isInstance)
            .map(Inet4Address.class::cast)
            .toList());
  }

  private static Optional<Nat64Prefix> among(List<InetAddress> found, List<Inet4Address> known) {
    return found.stream()
        .flatMap(address -> known.stream().map(v4 -> Nat64Prefix.around(address, v4)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  /** Returns the IPv4 addresses among a broker's, those that IPv6 addresses stand for included. */
  static Stream<Inet4Address> meant(List<InetAddress> addresses, Nat64Prefix prefix) {
    return addresses.stream()
        .flatMap(
            address ->
                address instanceof Inet4Address v4
                    ? Stream.of(v4)
                    : prefix.extract(address).stream())
        .distinct();
  }
}
