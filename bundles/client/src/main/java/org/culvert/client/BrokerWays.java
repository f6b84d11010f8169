package org.culvert.client;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.culvert.api.tunnel.SignalingPath.Transport;
import org.culvert.api.tunnel.TunnelType;

/**
 * Finds the ways to one broker: resolves its name, and leaves out addresses of a family over which
 * the type cannot be asked for. Where no route leads to its IPv4 addresses, it goes through the
 * network's NAT64. Confined to the {@link EventLoop}.
 */
final class BrokerWays {
  /** A resolver gives up long before; this is for one that does not. */
  private static final Duration DNS_LIMIT = Duration.ofSeconds(30);

  private final List<Transport> transports;
  private final EventLoop loop;
  private final Resolver resolver;
  private final LocalAddresses host;
  private final Nat64Search nat64;

  BrokerWays(
      ClientSettings settings,
      EventLoop loop,
      Resolver resolver,
      Routers routers,
      LocalAddresses host) {
    this.transports = settings.transports();
    this.loop = loop;
    this.resolver = resolver;
    this.host = host;
    this.nat64 = new Nat64Search(settings.nat64(), loop, resolver, routers);
  }

  /**
   * Looks.
   *
   * @param note is told why there is no way
   * @param done is told once what was found, perhaps nothing
   */
  void find(
      BrokerAddress broker,
      TunnelType type,
      Consumer<Failure> note,
      Consumer<List<Candidate>> done) {
    Optional<InetAddress> literal = broker.literal();
    if (literal.isPresent()) {
      resolved(broker, type, List.of(literal.get()), note, done);
      return;
    }
    loop.await(
        resolver.resolve(broker.host()),
        DNS_LIMIT,
        addresses -> resolved(broker, type, addresses, note, done),
        cause -> {
          note.accept(Failure.passing(broker + ": its name does not resolve"));
          done.accept(List.of());
        },
        addresses -> {});
  }

  private void resolved(
      BrokerAddress broker,
      TunnelType type,
      List<InetAddress> all,
      Consumer<Failure> note,
      Consumer<List<Candidate>> done) {
    boolean overIpv4 = ClientSettings.overIpv4(type);
    List<InetAddress> addresses =
        all.stream().filter(a -> !a.isAnyLocalAddress() && !a.isMulticastAddress()).toList();
    List<InetAddress> plain =
        addresses.stream().filter(a -> a instanceof Inet4Address == overIpv4).toList();
    List<InetAddress> reached = overIpv4 ? plain.stream().filter(host::leadsTo).toList() : plain;
    if (!reached.isEmpty() || addresses.isEmpty() || !overIpv4) {
      if (reached.isEmpty() && !all.isEmpty()) {
        note.accept(noAddress(broker, type));
      }
      done.accept(reached.stream().map(a -> candidate(broker, a, Optional.empty())).toList());
      return;
    }
    nat64.find(
        addresses,
        found -> {
          List<Candidate> ways =
              found.stream().flatMap(prefix -> through(prefix, broker, addresses)).toList();
          Optional<Failure> obstacle = obstacle(broker, type, !plain.isEmpty(), ways);
          obstacle.ifPresent(note);
          done.accept(obstacle.isPresent() ? List.of() : ways);
        });
  }

  private static Stream<Candidate> through(
      Nat64Prefix prefix, BrokerAddress broker, List<InetAddress> addresses) {
    return Nat64Search.meant(addresses, prefix)
        .map(meant -> candidate(broker, prefix.embed(meant), Optional.of(prefix)));
  }

  /** Says why a NAT64 is no way, if it is none; only UDP passes it, for what TSP has to offer. */
  private Optional<Failure> obstacle(
      BrokerAddress broker, TunnelType type, boolean hasIpv4, List<Candidate> ways) {
    if (ways.isEmpty()) {
      return Optional.of(hasIpv4 ? noRoute(broker, nat64.inVain()) : noAddress(broker, type));
    }
    if (type.equals(TunnelType.V6V4)) {
      return Optional.of(
          noRoute(
              broker,
              "the network's NAT64 does not pass v6v4, which is IP protocol 41; write tunnelType ="
                  + " v6anyv4"));
    }
    if (!transports.contains(Transport.UDP)) {
      return Optional.of(
          noRoute(
              broker,
              "through the network's NAT64 a tunnel needs a session over UDP; write transports ="
                  + " auto"));
    }
    return Optional.empty();
  }

  private static Failure noRoute(BrokerAddress broker, String more) {
    return Failure.passing(broker + ": this host has no route to IPv4, and " + more);
  }

  private static Failure noAddress(BrokerAddress broker, TunnelType type) {
    return Failure.passing(broker + ": has no address over which " + type + " is asked");
  }

  private static Candidate candidate(
      BrokerAddress broker, InetAddress address, Optional<Nat64Prefix> nat64) {
    return new Candidate(broker, new InetSocketAddress(address, broker.port()), nat64);
  }
}
