package org.culvert.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The eight octets in front of every TSP message in UDP (RFC 5572 section 4.4.1.2): a marker of
 * four bits, a sequence number of 28, a timestamp of 32.
 *
 * <p>Clients of 2004 wrote both words in the byte order of their machine. On most machines the
 * marker then stands in the fourth octet, and is looked for there too; see {@link #isSignaling}.
 * Since a server sends both words back as they came, it need not know their order.
 */
public final class ReliableHeader {
  /** Octets of a header. */
  public static final int LENGTH = 8;

  /** The sequence number that clients begin with; one server takes no other. */
  public static final int FIRST_SEQUENCE = 240;

  private static final int MARKER = 0xF0;
  private static final int IPV6 = 0x60;
  private static final int SEQUENCE_MASK = 0x0FFF_FFFF;

  private final byte[] octets;

  private ReliableHeader(byte[] octets) {
    this.octets = octets;
  }

  /**
   * Tells a signaling message from a tunnelled packet and from noise, without moving the buffer's
   * position. It never says so of a packet whose first four bits are 6.
   */
  public static boolean isSignaling(ByteBuffer datagram) {
    if (datagram.remaining() < LENGTH) {
      return false;
    }
    int first = datagram.get(datagram.position()) & 0xF0;
    return first == MARKER || (first != IPV6 && marksFourth(datagram));
  }

  /**
   * Takes the header off a datagram, which is left at its data.
   *
   * @throws IllegalArgumentException if {@link #isSignaling} says no
   */
  public static ReliableHeader take(ByteBuffer datagram) {
    if (!isSignaling(datagram)) {
      throw new IllegalArgumentException("no signaling header");
    }
    byte[] octets = new byte[LENGTH];
    datagram.get(octets);
    return new ReliableHeader(octets);
  }

  /**
   * Makes a client's header.
   *
   * @param sequence the sequence number; only its lower 28 bits are used
   * @param timestamp any clock of the client's
   */
  public static ReliableHeader of(int sequence, int timestamp) {
    return new ReliableHeader(
        ByteBuffer.allocate(LENGTH).putInt(sequence | ~SEQUENCE_MASK).putInt(timestamp).array());
  }

  /** Returns the sequence number, in whichever byte order the client wrote it. */
  public int sequence() {
    int word = ByteBuffer.wrap(octets).getInt();
    boolean networkOrder = (octets[0] & 0xF0) == MARKER;
    return (networkOrder ? word : Integer.reverseBytes(word)) & SEQUENCE_MASK;
  }

  /** Returns the timestamp as it reads in network order. */
  public int timestamp() {
    return ByteBuffer.wrap(octets).getInt(4);
  }

  /** Tells whether the peer wrote in the byte order of old clients. */
  public boolean isLegacy() {
    return (octets[0] & 0xF0) != MARKER;
  }

  /** Tells whether this message was sent after another, across the wrap of the numbers. */
  public boolean isAfter(ReliableHeader other) {
    int distance = (sequence() - other.sequence()) & SEQUENCE_MASK;
    return distance != 0 && distance <= SEQUENCE_MASK / 2;
  }

  /** Returns a copy of the eight octets, as they came. */
  public byte[] octets() {
    return octets.clone();
  }

  /** Returns a datagram: this header and data after it. */
  public byte[] before(byte[] data) {
    byte[] datagram = Arrays.copyOf(octets, LENGTH + data.length);
    System.arraycopy(data, 0, datagram, LENGTH, data.length);
    return datagram;
  }

  @Override
  public String toString() {
    return "sequence " + sequence();
  }

  private static boolean marksFourth(ByteBuffer datagram) {
    return (datagram.get(datagram.position() + 3) & 0xF0) == MARKER;
  }
}
