package org.culvert.itests.attack;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** What TSP clients say (RFC 5572 sections 4.4 and 5). */
final class Messages {
  static final int HEADER = 8;
  static final int FIRST_SEQUENCE = 0xF000_00F0;
  static final String VERSION = "VERSION=2.0.2\r\n";
  static final String ANONYMOUS = "AUTHENTICATE ANONYMOUS\r\n";
  static final String DIGEST = "AUTHENTICATE DIGEST-MD5\r\n";
  static final String SCRAM = "AUTHENTICATE SCRAM-SHA-256\r\n";
  static final String ACCEPT = command("<tunnel action=\"accept\"></tunnel>");

  private Messages() {}

  /** Returns a request for a tunnel from an address. */
  static String create(String type, String address) {
    return command(
        "<tunnel action=\"create\" type=\""
            + type
            + "\" proxy=\"no\"><client><address type=\"ipv4\">"
            + address
            + "</address></client></tunnel>");
  }

  private static String command(String xml) {
    return "Content-length: " + (xml.length() + 2) + "\r\n" + xml + "\r\n";
  }

  static byte[] octets(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Returns a datagram of the reliable UDP transport (section 4.2). */
  static byte[] datagram(int sequence, String text) {
    byte[] data = octets(text);
    return ByteBuffer.allocate(HEADER + data.length)
        .putInt(sequence)
        .putInt(sequence & 0xFF)
        .put(data)
        .array();
  }
}
