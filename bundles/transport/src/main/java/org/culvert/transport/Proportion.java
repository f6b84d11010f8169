package org.culvert.transport;

import org.culvert.protocol.ReliableHeader;

/**
 * What a peer has sent and was sent in one session over UDP, in octets, headers of this protocol
 * included. Until it has proved its address it is never sent more in sum than {@link
 * Replies#MOST_AMPLIFICATION} times what it sent.
 */
final class Proportion {
  private long received;
  private long sent;

  /** Counts a datagram that came, repeated ones included. */
  void received(int length) {
    received += length;
  }

  /** Counts a datagram that goes. */
  void sent(byte[] data) {
    sent += ReliableHeader.LENGTH + data.length;
  }

  /** Returns how many octets of data a datagram may have now; negative: there must be none. */
  int room() {
    long room = Replies.MOST_AMPLIFICATION * received - sent - ReliableHeader.LENGTH;
    return (int) Math.max(-1, Math.min(room, Integer.MAX_VALUE));
  }
}
