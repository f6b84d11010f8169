package org.culvert.api.lease;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.culvert.api.account.Grant;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;

/**
 * A promise to a user: this address and this prefix, for so long. All tunnels are derived from
 * leases.
 *
 * @param id unguessable and stable over the lease's life
 * @param owner the identity's user
 * @param anonymous whether no account stands behind the owner
 * @param state where the lease stands
 * @param type the type decided on
 * @param outer the outer addresses, seen from the server
 * @param claimedAddress the outer address that the client says it has, which replies echo
 * @param serverAddress the server's inner address
 * @param clientAddress the client's inner address
 * @param prefix the prefix delegated
 * @param keepAlive the keepalive's interval
 * @param arrangements what was agreed about names and routing
 * @param grant what the owner's account was granted when the tunnel was last accepted
 * @param created when the owner first got it
 * @param expires when the present state ends by itself
 * @param revision counts the changes; a change is made only to the revision that it was based on
 */
public record Lease(
    String id,
    String owner,
    boolean anonymous,
    State state,
    TunnelType type,
    OuterEndpoints outer,
    InetAddress claimedAddress,
    InetAddress serverAddress,
    InetAddress clientAddress,
    Optional<IpPrefix> prefix,
    Optional<Duration> keepAlive,
    Arrangements arrangements,
    Grant grant,
    Instant created,
    Instant expires,
    long revision) {

  /** Returns a lease about which nothing more was agreed. */
  public Lease(
      String id,
      String owner,
      boolean anonymous,
      State state,
      TunnelType type,
      OuterEndpoints outer,
      InetAddress claimedAddress,
      InetAddress serverAddress,
      InetAddress clientAddress,
      Optional<IpPrefix> prefix,
      Optional<Duration> keepAlive,
      Instant created,
      Instant expires,
      long revision) {
    this(
        id,
        owner,
        anonymous,
        state,
        type,
        outer,
        claimedAddress,
        serverAddress,
        clientAddress,
        prefix,
        keepAlive,
        Arrangements.NONE,
        Grant.NONE,
        created,
        expires,
        revision);
  }

  /** Returns a lease whose owner was granted nothing more. */
  public Lease(
      String id,
      String owner,
      boolean anonymous,
      State state,
      TunnelType type,
      OuterEndpoints outer,
      InetAddress claimedAddress,
      InetAddress serverAddress,
      InetAddress clientAddress,
      Optional<IpPrefix> prefix,
      Optional<Duration> keepAlive,
      Arrangements arrangements,
      Instant created,
      Instant expires,
      long revision) {
    this(
        id,
        owner,
        anonymous,
        state,
        type,
        outer,
        claimedAddress,
        serverAddress,
        clientAddress,
        prefix,
        keepAlive,
        arrangements,
        Grant.NONE,
        created,
        expires,
        revision);
  }

  /** Where a lease stands. */
  public enum State {
    /** Offered to a client that has not yet accepted. */
    OFFERED,
    /** Accepted: a tunnel is desired. */
    ACTIVE,
    /** Ended; its addresses stay reserved for its owner. */
    EXPIRED,
    /** Given up by its owner; its addresses rest before somebody else may get them. */
    QUARANTINED
  }
}
