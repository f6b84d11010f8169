package org.culvert.transport;

import java.util.concurrent.atomic.AtomicLong;
import org.culvert.api.tunnel.SignalingPath.Transport;

/**
 * What strangers may take of the heap, in sum. It is reserved before it is used, so however many
 * come and whatever they send, the heap is never theirs. Safe for use by many threads.
 *
 * <p>The broker leaves this share of the heap free: what it says of room for tunnels counts on it.
 */
final class Memory {
  // Estimated: what a session has on its transport, its mechanisms, an exchange, its first line,
  // and its last replies. Measured, and rounded up: TLS by Bouncy Castle takes 30 kB after its
  // handshake, and its buffers besides.
  static final int UDP_SESSION = 6_000;
  static final int UDP_REMEMBERED = 2_000;
  static final int TCP_SESSION = 10_000;
  static final int TLS_SESSION = 50_000;

  /** An entry in a table of {@link TokenBuckets}, and how many such tables there are. */
  private static final int BUCKET = 200;

  private static final int TABLES = 20;
  private static final int FEWEST_BUCKETS = 1_024;
  private static final int MOST_BUCKETS = 65_536;

  /** Sessions get one of so many parts of the heap, and the tables a quarter of that. */
  private static final int PARTS = 12;

  /** Returns what a session over a transport may take. */
  static int of(Transport transport) {
    return switch (transport) {
      case UDP -> UDP_SESSION;
      case TCP -> TCP_SESSION;
      case TLS -> TLS_SESSION;
    };
  }

  /**
   * What streams may take and what datagrams may, so that forged ones take nothing from those who
   * have proved their address; and the replies that are said again to those whose session is over,
   * so that many who only begin do not end that.
   */
  record Shares(Memory streams, Memory datagrams, Memory replies) {

    static Shares ofThisProcess() {
      return of(Runtime.getRuntime().maxMemory() / PARTS);
    }

    static Shares of(long octets) {
      return new Shares(
          new Memory(octets * 3 / 4), new Memory(octets * 3 / 16), new Memory(octets / 16));
    }

    /** Returns how many entries one table of {@link TokenBuckets} may have. */
    int buckets() {
      long octets = streams.octets + datagrams.octets + replies.octets;
      return (int) Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, octets / 4 / TABLES / BUCKET));
    }
  }

  private final long octets;
  private final AtomicLong reserved = new AtomicLong();

  /**
   * @param octets what all sessions together may take
   */
  Memory(long octets) {
    this.octets = octets;
  }

  /** Reserves some, if there is so much left. */
  boolean reserve(int wanted) {
    long before = reserved.get();
    while (before + wanted <= octets) {
      if (reserved.compareAndSet(before, before + wanted)) {
        return true;
      }
      before = reserved.get();
    }
    return false;
  }

  /** Gives back what was reserved. */
  void release(int octetsReserved) {
    reserved.addAndGet(-octetsReserved);
  }

  /** Returns how much is reserved. */
  long reserved() {
    return reserved.get();
  }

  /** Returns how many sessions of one kind there is room for. */
  int sessions(int each) {
    return (int) Math.min(Integer.MAX_VALUE, octets / each);
  }
}
