package org.culvert.netdev.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * One netlink message under construction: header, fixed part, attributes.
 *
 * <p>Numbers are in the machine's byte order, everything is padded to 4 octets.
 */
final class NetlinkMessage {
  static final int HEADER = 16;
  static final int ATTRIBUTE = 4;

  private static final int ALIGNMENT = 4;
  private static final int TYPE = 4;
  private static final int FLAGS = 6;
  private static final int SEQUENCE = 8;

  /** None of ours is longer than a link message with an alias, which has at most 255 octets. */
  private static final int LIMIT = 512;

  private final ByteBuffer buffer =
      ByteBuffer.allocate(LIMIT).order(ByteOrder.nativeOrder()).position(HEADER);

  NetlinkMessage(int type, int flags) {
    buffer.putShort(TYPE, (short) type).putShort(FLAGS, (short) flags);
  }

  NetlinkMessage octet(int value) {
    buffer.put((byte) value);
    return this;
  }

  NetlinkMessage number(int value) {
    buffer.putInt(value);
    return this;
  }

  NetlinkMessage attribute(int type, byte... value) {
    buffer.putShort((short) (ATTRIBUTE + value.length)).putShort((short) type).put(value);
    buffer.position(aligned(buffer.position()));
    return this;
  }

  /** Named apart: a byte that is handed to {@link #attribute} becomes an {@code int}. */
  NetlinkMessage octetAttribute(int type, int value) {
    return attribute(type, new byte[] {(byte) value});
  }

  NetlinkMessage attribute(int type, int value) {
    buffer.putShort((short) (ATTRIBUTE + 4)).putShort((short) type).putInt(value);
    return this;
  }

  /** Begins an attribute made of those added until {@link #end}; returns its mark. */
  int begin(int type) {
    int mark = buffer.position();
    buffer.putShort((short) 0).putShort((short) type);
    return mark;
  }

  /** Ends the attribute that {@link #begin} marked. */
  NetlinkMessage end(int mark) {
    buffer.putShort(mark, (short) (buffer.position() - mark));
    return this;
  }

  int length() {
    return buffer.position();
  }

  /** Copies the message to a request buffer under a sequence number. */
  void writeTo(ByteBuffer request, int sequence) {
    buffer.putInt(0, buffer.position()).putInt(SEQUENCE, sequence);
    request.put(buffer.array(), 0, buffer.position());
  }

  static int aligned(int length) {
    return (length + ALIGNMENT - 1) & -ALIGNMENT;
  }
}
