package org.culvert.conformance;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A session's octets on one transport. Closed by who opened it. Not for several threads. */
interface Conversation extends Closeable {

  /** What came. */
  sealed interface Arrival {
    /** A segment, or the data of a datagram whose header was right. */
    record Octets(byte[] octets) implements Arrival {}

    /** Nothing in time. */
    record Nothing() implements Arrival {}

    /** Another answer to what was answered before. */
    record Late() implements Arrival {}

    /** The end: a FIN, a reset, or a port that is not there. */
    record End(String how) implements Arrival {}
  }

  /** Sends a message. */
  void send(byte[] message) throws IOException;

  /**
   * Receives.
   *
   * @param limit how long to wait
   * @param insist whether to send again what was lost
   */
  Arrival receive(Duration limit, boolean insist) throws IOException;

  /** Returns this side's address. */
  InetSocketAddress local();
}
