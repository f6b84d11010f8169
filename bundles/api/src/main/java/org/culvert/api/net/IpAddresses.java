package org.culvert.api.net;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;

/** Parse and write IP addresses without ever asking a name service. */
public final class IpAddresses {
  private static final int GROUPS = 8;

  private IpAddresses() {}

  /**
   * Reads an IPv4 address in dotted-decimal form or an IPv6 address in one of RFC 4291's forms.
   *
   * <p>A {@code ::} that stands for no group at all is accepted, since the examples printed in RFC
   * 5572 contain it. Zone identifiers are refused.
   *
   * @throws IllegalArgumentException if the text is neither
   */
  public static InetAddress parse(String text) {
    return text.indexOf(':') >= 0 ? parse6(text) : parse4(text);
  }

  /**
   * Reads an IPv4 address in dotted-decimal form: four numbers, no leading zeros.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Inet4Address parse4(String text) {
    byte[] octets = new byte[4];
    readDottedDecimal(text, octets, 0, text);
    return (Inet4Address) of(octets);
  }

  /**
   * Reads an IPv6 address.
   *
   * @throws IllegalArgumentException if the text is anything else, or an IPv4-mapped address
   */
  public static Inet6Address parse6(String text) {
    byte[] octets = new byte[16];
    int gap = text.indexOf("::");
    if (gap < 0) {
      if (readGroups(text, octets, 0, text) != GROUPS) {
        throw malformed(text);
      }
    } else {
      // Dotted decimal stands at the end of an address only.
      if (text.indexOf("::", gap + 1) >= 0 || text.substring(0, gap).indexOf('.') >= 0) {
        throw malformed(text);
      }
      int head = readGroups(text.substring(0, gap), octets, 0, text);
      byte[] tail = new byte[16];
      int count = readGroups(text.substring(gap + 2), tail, 0, text);
      if (head + count > GROUPS) {
        throw malformed(text);
      }
      System.arraycopy(tail, 0, octets, 16 - 2 * count, 2 * count);
    }
    if (of(octets) instanceof Inet6Address address) {
      return address;
    }
    throw malformed(text);
  }

  /**
   * Makes an address of 4 or 16 octets.
   *
   * @throws IllegalArgumentException for any other length
   */
  public static InetAddress of(byte[] octets) {
    try {
      return InetAddress.getByAddress(octets);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("not an address of 4 or 16 octets", e);
    }
  }

  /**
   * Writes an IPv6 address as eight groups of four digits, and an IPv4 address in dotted decimal.
   *
   * <p>Old clients cut prefixes by counting characters, so nothing shorter may be sent to them.
   */
  public static String uncompressed(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == 4) {
      return address.getHostAddress();
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < octets.length; i++) {
      if (i > 0 && i % 2 == 0) {
        text.append(':');
      }
      text.append(Character.forDigit((octets[i] >> 4) & 0xF, 16));
      text.append(Character.forDigit(octets[i] & 0xF, 16));
    }
    return text.toString();
  }

  /**
   * Writes an address and its port, if it has one, for people to read (RFC 5952 section 6): {@code
   * 192.0.2.1:3653}, {@code [2001:db8::1]:3653}.
   */
  public static String text(InetSocketAddress endpoint) {
    return text(text(endpoint.getAddress()), endpoint.getPort());
  }

  /** Writes a port, if there is one, behind an address or what stands for it. */
  public static String text(String address, int port) {
    if (port == 0) {
      return address;
    }
    return (address.indexOf(':') < 0 ? address : "[" + address + "]") + ":" + port;
  }

  /** Writes an address in the recommended form of RFC 5952, for people to read. */
  public static String text(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == 4) {
      return address.getHostAddress();
    }
    int[] groups = new int[GROUPS];
    Arrays.setAll(groups, i -> (octets[2 * i] & 0xFF) << 8 | (octets[2 * i + 1] & 0xFF));
    int start = -1;
    int length = 1;
    for (int i = 0; i < GROUPS; i++) {
      int end = i;
      while (end < GROUPS && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
    }
    StringBuilder text = new StringBuilder(39);
    for (int i = 0; i < GROUPS; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
      } else {
        if (i > 0 && i != start + length) {
          text.append(':');
        }
        text.append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  private static int readGroups(String part, byte[] octets, int from, String whole) {
    if (part.isEmpty()) {
      return 0;
    }
    String[] fields = part.split(":", -1);
    int group = from;
    for (int i = 0; i < fields.length; i++) {
      String field = fields[i];
      if (field.indexOf('.') >= 0 && i == fields.length - 1 && group <= GROUPS - 2) {
        readDottedDecimal(field, octets, 2 * group, whole);
        group += 2;
        continue;
      }
      if (group >= GROUPS || field.isEmpty() || field.length() > 4) {
        throw malformed(whole);
      }
      int value = 0;
      for (int c = 0; c < field.length(); c++) {
        int digit = hexDigit(field.charAt(c));
        if (digit < 0) {
          throw malformed(whole);
        }
        value = value << 4 | digit;
      }
      octets[2 * group] = (byte) (value >> 8);
      octets[2 * group + 1] = (byte) value;
      group++;
    }
    return group;
  }

  private static void readDottedDecimal(String text, byte[] octets, int offset, String whole) {
    String[] fields = text.split("\\.", -1);
    if (fields.length != 4) {
      throw malformed(whole);
    }
    for (int i = 0; i < 4; i++) {
      String field = fields[i];
      if (field.isEmpty() || field.length() > 3 || (field.length() > 1 && field.charAt(0) == '0')) {
        throw malformed(whole);
      }
      int value = 0;
      for (int c = 0; c < field.length(); c++) {
        char digit = field.charAt(c);
        if (digit < '0' || digit > '9') {
          throw malformed(whole);
        }
        value = value * 10 + (digit - '0');
      }
      if (value > 255) {
        throw malformed(whole);
      }
      octets[offset + i] = (byte) value;
    }
  }

  /** ASCII only: {@link Character#digit} would take digits of other scripts. */
  private static int hexDigit(char c) {
    return c < 128 ? Character.digit(c, 16) : -1;
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException("not an IP address: \"" + text + "\"");
  }
}
