package org.culvert.testkit.lease;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;
import org.culvert.api.account.Grant;
import org.culvert.api.lease.Lease;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelType;
import org.culvert.testkit.time.ManualClock;

/** Leases to put into a store, from documentation prefixes. */
public final class SampleLeases {
  private SampleLeases() {}

  /** Returns the first revision of an active lease; different numbers never collide. */
  public static Lease active(int number) {
    return new Lease(
        "lease-" + number,
        "user-" + number,
        false,
        Lease.State.ACTIVE,
        TunnelType.V6UDPV4,
        new OuterEndpoints(
            new InetSocketAddress(IpAddresses.parse("192.0.2.1"), 3653),
            new InetSocketAddress(IpAddresses.parse("198.51.100.7"), 1024 + number % 60_000)),
        IpAddresses.parse("10.0.0.2"),
        IpAddresses.parse("2001:db8::1"),
        IpAddresses.parse("2001:db8::1:" + Integer.toHexString(number)),
        Optional.of(IpPrefix.parse("2001:db8:1:" + Integer.toHexString(number) + "::/64")),
        Optional.of(Duration.ofSeconds(30)),
        ManualClock.START,
        ManualClock.START.plus(Duration.ofDays(1)),
        1);
  }

  /** Returns the next revision in another state. */
  public static Lease next(Lease lease, Lease.State state) {
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        state,
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        lease.arrangements(),
        lease.grant(),
        lease.created(),
        lease.expires(),
        lease.revision() + 1);
  }

  /** Returns the same revision as another user's, of an account or not. */
  public static Lease of(Lease lease, String owner, boolean anonymous) {
    return new Lease(
        lease.id(),
        owner,
        anonymous,
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        lease.arrangements(),
        lease.grant(),
        lease.created(),
        lease.expires(),
        lease.revision());
  }

  /** Returns the same revision with other arrangements. */
  public static Lease with(Lease lease, Arrangements arrangements) {
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        arrangements,
        lease.grant(),
        lease.created(),
        lease.expires(),
        lease.revision());
  }

  /** Returns the same revision with another grant. */
  public static Lease with(Lease lease, Grant grant) {
    return new Lease(
        lease.id(),
        lease.owner(),
        lease.anonymous(),
        lease.state(),
        lease.type(),
        lease.outer(),
        lease.claimedAddress(),
        lease.serverAddress(),
        lease.clientAddress(),
        lease.prefix(),
        lease.keepAlive(),
        lease.arrangements(),
        grant,
        lease.created(),
        lease.expires(),
        lease.revision());
  }
}
