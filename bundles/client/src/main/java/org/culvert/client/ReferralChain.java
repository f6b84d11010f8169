package org.culvert.client;

import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.status.Referral;

/**
 * Follows referrals from one configured broker without going round in circles (RFC 5572 section
 * 4.4.5).
 */
final class ReferralChain {
  /** How often one broker may send on to the next. */
  static final int MAX_HOPS = 5;

  /** How many brokers of one referral are looked at. */
  static final int MAX_BROKERS = 16;

  private final Set<InetSocketAddress> visited = new HashSet<>();
  private final int port;
  private int hops;

  /**
   * @param port where referred brokers are asked, since a referral cannot tell
   */
  ReferralChain(int port) {
    this.port = port;
  }

  /** Returns whom to ask next; empty if the chain is too long. */
  Optional<List<BrokerAddress>> follow(Referral referral) {
    if (hops == MAX_HOPS) {
      return Optional.empty();
    }
    hops++;
    return Optional.of(
        referral.brokers().stream()
            .limit(MAX_BROKERS)
            .flatMap(entry -> BrokerAddress.ofReferral(entry, port).stream())
            .toList());
  }

  /** Marks an address as asked; false if it had been asked already. */
  boolean visit(InetSocketAddress broker) {
    return visited.add(broker);
  }
}
