package org.culvert.netdev.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/** The devices that rules of a packet filter name; all others are alike to it. */
final class InterfaceNames {
  /** The length of a name that is compared whole, filled with zeros. */
  private static final int WHOLE = 16;

  private final Set<String> exact = new HashSet<>();
  private final Set<String> wildcards = new TreeSet<>();
  private final Set<Integer> indices = new HashSet<>();

  /** Takes note of what a rule compares a name with: its beginning, or all of it. */
  void name(byte[] compared) {
    String text = new String(compared, StandardCharsets.UTF_8);
    int end = text.indexOf('\0');
    if (end >= 0 || compared.length >= WHOLE) {
      exact.add(end < 0 ? text : text.substring(0, end));
    } else {
      wildcards.add(text);
    }
  }

  /** Takes note of what a rule compares a device's number with. */
  void index(byte[] compared) {
    if (compared.length == Integer.BYTES) {
      indices.add(ByteBuffer.wrap(compared).order(ByteOrder.nativeOrder()).getInt());
    }
  }

  Set<String> exact() {
    return exact;
  }

  Set<String> wildcards() {
    return wildcards;
  }

  Set<Integer> indices() {
    return indices;
  }
}
