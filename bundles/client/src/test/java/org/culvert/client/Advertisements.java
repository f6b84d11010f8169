package org.culvert.client;

import java.nio.ByteBuffer;
import java.util.HexFormat;

/** Router advertisements, octet by octet. */
final class Advertisements {
  /** What stands before the options (RFC 4861 section 4.2). */
  private static final String HEADER = "86 00 0000 40 00 0708 00000000 00000000";

  private Advertisements() {}

  /** Makes one with these options, in hexadecimal digits; spaces do not count. */
  static byte[] with(String... options) {
    return octets(HEADER + String.join("", options));
  }

  /** Makes the option of RFC 8781: the lifetime with the code, and 96 bits. */
  static String pref64(int lifetime, int code, String prefix) {
    return "26 02 %04x %s".formatted(lifetime | code, prefix);
  }

  static byte[] octets(String digits) {
    return HexFormat.of().parseHex(digits.replace(" ", ""));
  }

  static ByteBuffer message(String... options) {
    return ByteBuffer.wrap(with(options));
  }
}
