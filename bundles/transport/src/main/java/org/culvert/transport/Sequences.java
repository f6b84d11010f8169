package org.culvert.transport;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import org.culvert.protocol.ReliableHeader;

/**
 * Remembers the last sequence numbers that brokers have seen from ports of this client. Who renews
 * a tunnel comes from a port that the broker knows; with the next number nobody takes the new
 * session for a late repetition of the old one (RFC 5572 section 4.4.1.2).
 *
 * <p>Confined to the client's thread.
 */
final class Sequences {
  /** A client holds one tunnel; the rest is for those that overlap. */
  private static final int REMEMBERED = 8;

  private final Map<Ends, Integer> last = new LinkedHashMap<>();

  private record Ends(InetSocketAddress local, InetSocketAddress remote) {}

  /** Returns the last number that was used between these ends, or the one before the first. */
  int last(InetSocketAddress local, InetSocketAddress remote) {
    return last.getOrDefault(new Ends(local, remote), ReliableHeader.FIRST_SEQUENCE - 1);
  }

  /** Notes the last number that was used between these ends. */
  void note(InetSocketAddress local, InetSocketAddress remote, int sequence) {
    Ends ends = new Ends(local, remote);
    last.remove(ends);
    last.put(ends, sequence);
    if (last.size() > REMEMBERED) {
      last.remove(last.keySet().iterator().next());
    }
  }
}
