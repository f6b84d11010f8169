package org.culvert.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;
import java.util.Optional;
import org.culvert.protocol.ReliableHeader;

/** What the transport must know of replies: the one it makes itself, and their size. */
final class Replies {
  /**
   * No reply to a sender that has not authenticated is longer than this many times the datagram it
   * answers, headers of this protocol included, so that forging its source is of little use.
   */
  static final int MOST_AMPLIFICATION = 5;

  private static final byte[] BUSY = "530 Server too busy\r\n".getBytes(US_ASCII);

  /** A status of four digits and a space. */
  private static final int REFERRAL_CODE_LENGTH = 5;

  private Replies() {}

  /** Returns how many octets of data may answer a datagram of so many, its header included. */
  static int room(int length) {
    return MOST_AMPLIFICATION * length - ReliableHeader.LENGTH;
  }

  /** Returns the reply to a session that is not admitted, as it stands before the command phase. */
  static byte[] busy() {
    return BUSY.clone();
  }

  /**
   * Makes a reply fit. A referral loses its list and becomes the plain code, which means the same
   * without naming where to go. The CAPABILITY line fits by itself (see {@link CapabilityRoom}),
   * unless it answers a repetition that is shorter than the original.
   *
   * @param room how many octets the reply may have
   * @return empty if the reply cannot be made to fit
   */
  static Optional<byte[]> fit(byte[] reply, int room) {
    if (reply.length <= room) {
      return Optional.of(reply);
    }
    int end = lineEnd(reply);
    if (isReferral(reply) && end - 1 <= room) {
      return Optional.of(Arrays.copyOfRange(reply, 1, end));
    }
    return Optional.empty();
  }

  private static boolean isReferral(byte[] reply) {
    if (reply.length < REFERRAL_CODE_LENGTH || reply[0] != '1' || reply[4] != ' ') {
      return false;
    }
    for (int i = 1; i < 4; i++) {
      if (reply[i] < '0' || reply[i] > '9') {
        return false;
      }
    }
    return true;
  }

  private static int lineEnd(byte[] reply) {
    for (int i = 0; i < reply.length; i++) {
      if (reply[i] == '\n') {
        return i + 1;
      }
    }
    return reply.length;
  }
}
