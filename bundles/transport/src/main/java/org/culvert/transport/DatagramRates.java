package org.culvert.transport;

import java.net.InetSocketAddress;
import java.util.Map;
import org.culvert.api.net.IpPrefix;
import org.culvert.transport.TokenBuckets.Verdict;

/**
 * Limits how many datagrams a source may send that has not proved its address. Anybody can write a
 * source's address into his datagrams, so that three kinds are counted apart, each at the same
 * rate:
 *
 * <ol>
 *   <li>those that begin something, by source;
 *   <li>those that go on with a session, and those of a port whose datagram was dropped before, by
 *       source: whoever floods the first kind drops what clients say first, and not what they say
 *       again;
 *   <li>those of a port that has sent back a nonce of the server's before, by port: who only forges
 *       the address does not know the port.
 * </ol>
 *
 * <p>Who is beyond the rate is told so at every so many datagrams of one port, so that a client
 * that is dropped for another's flood asks again.
 *
 * <p>Confined to the server's thread.
 */
final class DatagramRates {
  private final int slip;
  private final TokenBuckets<IpPrefix> beginning;
  private final TokenBuckets<IpPrefix> goingOn;
  private final TokenBuckets<InetSocketAddress> proved;
  private final Map<InetSocketAddress, Boolean> provedPorts;
  private final Map<InetSocketAddress, Integer> dropped;

  /**
   * @param entries how many sources, and ports of each kind, are remembered
   */
  DatagramRates(int rate, int burst, int slip, int entries) {
    this.slip = slip;
    this.beginning = new TokenBuckets<>(rate, burst, 0, entries);
    this.goingOn = new TokenBuckets<>(rate, burst, 0, entries);
    this.proved = new TokenBuckets<>(rate, burst, 0, entries);
    this.provedPorts = new RecentlyUsed<>(entries);
    this.dropped = new RecentlyUsed<>(entries);
  }

  /** Takes note that whoever is at an address and port has sent back a nonce. */
  void proved(InetSocketAddress remote) {
    provedPorts.put(remote, true);
  }

  /** Tells whether somebody there has sent back a nonce before. */
  boolean hasProved(InetSocketAddress remote) {
    return provedPorts.containsKey(remote);
  }

  /**
   * Takes a token.
   *
   * @param goesOn whether the datagram belongs to a live session
   */
  Verdict admit(InetSocketAddress remote, IpPrefix source, boolean goesOn, long now) {
    if (provedPorts.get(remote) != null && proved.take(remote, now) == Verdict.PASS) {
      return Verdict.PASS;
    }
    boolean again = goesOn || dropped.containsKey(remote);
    if ((again ? goingOn : beginning).take(source, now) == Verdict.PASS) {
      dropped.remove(remote);
      return Verdict.PASS;
    }
    int times = dropped.merge(remote, 1, Integer::sum);
    return slip > 0 && times % slip == 0 ? Verdict.SLIP : Verdict.DROP;
  }
}
