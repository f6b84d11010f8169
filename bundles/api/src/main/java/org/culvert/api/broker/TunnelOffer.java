package org.culvert.api.broker;

import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.culvert.api.tunnel.KeepAlive;
import org.culvert.api.tunnel.TunnelType;

/**
 * What the broker answers to {@code create} and {@code info} (RFC 5572 section 4.7.3).
 *
 * @param id what {@code accept} and {@code reject} name this offer by, and for {@code info} the
 *     lease's id; it is never sent, so a client that read an offer has an empty one
 * @param type the type decided on, which may differ from the one asked for
 * @param lifetime how long the tunnel lives without being asked for again; in the wire's minutes
 * @param server the server's end
 * @param client the client's end
 * @param keepAlive what the client must do to keep the tunnel alive
 * @param router the prefix delegated
 * @param resolvers name servers that the client may ask
 * @param mtu the tunnel's inner MTU in octets, as the server has it; empty: the reply does not say
 */
public record TunnelOffer(
    String id,
    TunnelType type,
    Optional<Duration> lifetime,
    Party server,
    Party client,
    Optional<KeepAlive> keepAlive,
    Optional<RouterGrant> router,
    List<InetAddress> resolvers,
    OptionalInt mtu) {

  /**
   * One end as the reply describes it.
   *
   * @param outer its address outside
   * @param inner its address inside
   * @param name its name in the DNS
   * @param innerLength how many leading bits of its inner address the other end shares; only where
   *     IPv4 is inside (RFC 5572 section 5.4)
   */
  public record Party(
      InetAddress outer, InetAddress inner, Optional<String> name, OptionalInt innerLength) {

    /** Describes an end whose inner address has no length. */
    public Party(InetAddress outer, InetAddress inner, Optional<String> name) {
      this(outer, inner, name, OptionalInt.empty());
    }
  }

  /** Copies the list. */
  public TunnelOffer {
    resolvers = List.copyOf(resolvers);
  }

  /** Describes an offer that leaves the MTU to the client. */
  public TunnelOffer(
      String id,
      TunnelType type,
      Optional<Duration> lifetime,
      Party server,
      Party client,
      Optional<KeepAlive> keepAlive,
      Optional<RouterGrant> router,
      List<InetAddress> resolvers) {
    this(id, type, lifetime, server, client, keepAlive, router, resolvers, OptionalInt.empty());
  }
}
