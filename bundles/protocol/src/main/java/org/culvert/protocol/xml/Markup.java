package org.culvert.protocol.xml;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes XML in the only form that the oldest clients can read: one space of indentation for each
 * level, CR LF, double quotes, no white space around text, an end tag for every element, no
 * declaration.
 */
final class Markup {
  private final StringBuilder text = new StringBuilder(512);
  private final Deque<String> open = new ArrayDeque<>();

  /** Opens an element; attributes are names and values in turn. */
  Markup open(String name, String... attributes) {
    indent();
    tag(name, attributes);
    text.append("\r\n");
    open.push(name);
    return this;
  }

  /** Closes the element opened last. */
  Markup close() {
    String name = open.pop();
    indent();
    text.append("</").append(name).append(">\r\n");
    return this;
  }

  /** Writes an element that holds text only, on one line. */
  Markup leaf(String name, String content, String... attributes) {
    indent();
    tag(name, attributes);
    escape(content);
    text.append("</").append(name).append(">\r\n");
    return this;
  }

  /** Writes an address element. */
  Markup address(InetAddress address, String written) {
    return leaf("address", written, "type", family(address));
  }

  /** Writes a line as it is, for what one side of the protocol insists on. */
  Markup line(String verbatim) {
    text.append(verbatim).append("\r\n");
    return this;
  }

  static String family(InetAddress address) {
    return address instanceof Inet4Address ? "ipv4" : "ipv6";
  }

  @Override
  public String toString() {
    return text.toString();
  }

  private void indent() {
    text.append(" ".repeat(open.size()));
  }

  private void tag(String name, String... attributes) {
    text.append('<').append(name);
    for (int i = 0; i < attributes.length; i += 2) {
      text.append(' ').append(attributes[i]).append("=\"");
      escape(attributes[i + 1]);
      text.append('"');
    }
    text.append('>');
  }

  private void escape(String content) {
    for (int i = 0; i < content.length(); i++) {
      char c = content.charAt(i);
      switch (c) {
        case '<' -> text.append("&lt;");
        case '>' -> text.append("&gt;");
        case '&' -> text.append("&amp;");
        case '"' -> text.append("&quot;");
        default -> text.append(c);
      }
    }
  }
}
