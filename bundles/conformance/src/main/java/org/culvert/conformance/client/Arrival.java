package org.culvert.conformance.client;

/**
 * Something that came from the network.
 *
 * @param kind what
 * @param line from whom
 * @param octets what was in it, a character for each octet
 * @param nanos when, by {@link System#nanoTime}
 */
record Arrival(Kind kind, Line line, String octets, long nanos) {

  /** Kinds of arrivals. */
  enum Kind {
    /** A datagram. */
    DATAGRAM,
    /** A connection is there. */
    OPENED,
    /** A part of a connection's stream. */
    OCTETS,
    /** The client has closed its side. */
    ENDED
  }
}
