package org.culvert.api.tunnel;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpPrefix;

/**
 * All that one end must know to bring a tunnel up.
 *
 * <p>Client and server hold the same tunnel with <em>local</em> and <em>remote</em> exchanged.
 *
 * @param id names the tunnel at this end; on a server it is the lease's id
 * @param side which end this is
 * @param type how packets are carried; never {@link TunnelType#V6ANYV4}
 * @param outer the outer addresses
 * @param localAddress this end's inner address
 * @param remoteAddress the other end's inner address
 * @param remotePrefixes what lies behind the tunnel: inner destinations that are sent into it, and
 *     the only inner sources that are let out of it
 * @param localPrefixes the only inner sources that are sent into the tunnel; empty: any
 * @param mtu the tunnel's inner MTU in octets
 * @param keepAlive the keepalive agreed on
 * @param prefixRoutes how the operating system shall learn the way to delegated prefixes behind the
 *     tunnel; the way to the other end's address is always there
 * @param ownLink whether the tunnel is a link of its own, on a device of its own, on which the
 *     link-local and multicast packets of routing protocols pass
 * @param groups the groups that the user of a server's tunnel is in: where the server isolates
 *     tunnels by group, it reaches those that have one of them
 */
public record TunnelParameters(
    String id,
    Side side,
    TunnelType type,
    OuterEndpoints outer,
    InetAddress localAddress,
    InetAddress remoteAddress,
    List<IpPrefix> remotePrefixes,
    List<IpPrefix> localPrefixes,
    int mtu,
    Optional<KeepAlive> keepAlive,
    PrefixRoutes prefixRoutes,
    boolean ownLink,
    Set<String> groups) {

  /** The smallest MTU a link that carries IPv6 may have (RFC 8200 section 5). */
  public static final int MINIMUM_MTU = 1280;

  /** Which end of a tunnel. */
  public enum Side {
    /** The tunnel client's end, which sends keepalives. */
    CLIENT,
    /** The tunnel server's end, which answers them. */
    SERVER
  }

  /** How the operating system learns the way to prefixes behind a tunnel. */
  public enum PrefixRoutes {
    /** This end enters routes. */
    STATIC,
    /**
     * This end enters routes that any other route to the same prefix is preferred to: they hold
     * while no routing protocol's do.
     */
    FLOATING,
    /** This end enters no routes: a routing protocol does. */
    NONE
  }

  /** Copies the collections and refuses an MTU below {@link #MINIMUM_MTU}. */
  public TunnelParameters {
    remotePrefixes = List.copyOf(remotePrefixes);
    localPrefixes = List.copyOf(localPrefixes);
    groups = Set.copyOf(groups);
    if (mtu < MINIMUM_MTU) {
      throw new IllegalArgumentException("tunnel MTU " + mtu + " is below " + MINIMUM_MTU);
    }
  }

  /** Describes a tunnel whose user is in no group. */
  public TunnelParameters(
      String id,
      Side side,
      TunnelType type,
      OuterEndpoints outer,
      InetAddress localAddress,
      InetAddress remoteAddress,
      List<IpPrefix> remotePrefixes,
      List<IpPrefix> localPrefixes,
      int mtu,
      Optional<KeepAlive> keepAlive,
      PrefixRoutes prefixRoutes,
      boolean ownLink) {
    this(
        id,
        side,
        type,
        outer,
        localAddress,
        remoteAddress,
        remotePrefixes,
        localPrefixes,
        mtu,
        keepAlive,
        prefixRoutes,
        ownLink,
        Set.of());
  }

  /** Describes a tunnel whose prefixes are routed statically. */
  public TunnelParameters(
      String id,
      Side side,
      TunnelType type,
      OuterEndpoints outer,
      InetAddress localAddress,
      InetAddress remoteAddress,
      List<IpPrefix> remotePrefixes,
      List<IpPrefix> localPrefixes,
      int mtu,
      Optional<KeepAlive> keepAlive) {
    this(
        id,
        side,
        type,
        outer,
        localAddress,
        remoteAddress,
        remotePrefixes,
        localPrefixes,
        mtu,
        keepAlive,
        PrefixRoutes.STATIC,
        false);
  }

  /** Returns the same tunnel of a user who is in these groups. */
  public TunnelParameters in(Set<String> others) {
    return new TunnelParameters(
        id,
        side,
        type,
        outer,
        localAddress,
        remoteAddress,
        remotePrefixes,
        localPrefixes,
        mtu,
        keepAlive,
        prefixRoutes,
        ownLink,
        others);
  }
}
