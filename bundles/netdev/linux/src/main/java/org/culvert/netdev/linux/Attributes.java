package org.culvert.netdev.linux;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/** The attributes of a netlink message that was received, by type; a malformed rest is left out. */
final class Attributes {
  private static final int TYPE_MASK = 0x3FFF;

  private final Map<Integer, ByteBuffer> values = new HashMap<>();

  private Attributes(ByteBuffer message, int from) {
    int at = from;
    while (at + NetlinkMessage.ATTRIBUTE <= message.limit()) {
      int length = message.getShort(at) & 0xFFFF;
      if (length < NetlinkMessage.ATTRIBUTE || at + length > message.limit()) {
        return;
      }
      int value = at + NetlinkMessage.ATTRIBUTE;
      values.put(
          message.getShort(at + 2) & TYPE_MASK,
          message.slice(value, length - NetlinkMessage.ATTRIBUTE).order(message.order()));
      at += NetlinkMessage.aligned(length);
    }
  }

  /** Reads those that begin after a message's fixed part. */
  static Attributes after(ByteBuffer message, int fixed) {
    return new Attributes(message, message.position() + fixed);
  }

  /**
   * Returns a number of four octets out of a message of many, of which nothing else is needed; 0 if
   * it is absent.
   */
  static int number(ByteBuffer message, int fixed, int type) {
    int at = message.position() + fixed;
    while (at + NetlinkMessage.ATTRIBUTE + 4 <= message.limit()) {
      int length = message.getShort(at) & 0xFFFF;
      if (length < NetlinkMessage.ATTRIBUTE) {
        return 0;
      }
      if ((message.getShort(at + 2) & TYPE_MASK) == type) {
        return message.getInt(at + NetlinkMessage.ATTRIBUTE);
      }
      at += NetlinkMessage.aligned(length);
    }
    return 0;
  }

  /** Returns the attributes inside an attribute; none if it is absent. */
  Attributes nested(int type) {
    return new Attributes(value(type), 0);
  }

  /** Reads a list: attributes of one kind, each of which has attributes inside. */
  void each(int type, Consumer<Attributes> reader) {
    ByteBuffer list = value(type);
    int at = 0;
    while (at + NetlinkMessage.ATTRIBUTE <= list.limit()) {
      int length = list.getShort(at) & 0xFFFF;
      if (length < NetlinkMessage.ATTRIBUTE || at + length > list.limit()) {
        return;
      }
      int value = at + NetlinkMessage.ATTRIBUTE;
      reader.accept(
          new Attributes(
              list.slice(value, length - NetlinkMessage.ATTRIBUTE).order(list.order()), 0));
      at += NetlinkMessage.aligned(length);
    }
  }

  /** Returns a text without its end mark; empty if it is absent. */
  String text(int type) {
    ByteBuffer value = value(type);
    byte[] octets = new byte[value.remaining()];
    value.get(0, octets);
    String text = new String(octets, StandardCharsets.UTF_8);
    return text.endsWith("\0") ? text.substring(0, text.length() - 1) : text;
  }

  /** Returns an unsigned number of one octet; 0 if it is absent. */
  int octet(int type) {
    ByteBuffer value = value(type);
    return value.remaining() < 1 ? 0 : value.get(0) & 0xFF;
  }

  /** Returns a number of four octets in the machine's order; 0 if it is absent. */
  int number(int type) {
    ByteBuffer value = value(type);
    return value.remaining() < 4 ? 0 : value.getInt(0);
  }

  /** Returns all octets of a value; empty if it is absent. */
  ByteBuffer value(int type) {
    ByteBuffer value = values.get(type);
    return value == null ? ByteBuffer.allocate(0) : value;
  }
}
