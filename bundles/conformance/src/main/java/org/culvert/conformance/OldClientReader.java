package org.culvert.conformance;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads replies as the oldest clients in the field do, and says what would make them fail: crash,
 * hang, lose part of it, or come again without end. They cut text by counting characters; they have
 * no XML parser to speak of.
 */
final class OldClientReader {
  /** Octets of their buffer. */
  private static final int BUFFER = 4096;

  private static final int REFERRAL = 1000;
  private static final int SUCCESS = 200;

  private static final Pattern CAPABILITIES =
      Pattern.compile("CAPABILITY(?: [A-Z]+=[A-Za-z0-9_.-]+)+");
  private static final Pattern TUNNEL = Pattern.compile("TUNNEL=(\\S+)");
  private static final Pattern STATUS = Pattern.compile("\\d{3,4} \\S.*");
  private static final Pattern FRAME = Pattern.compile("Content-length: ?(\\d+)\\r\\n");
  private static final Pattern TAG = Pattern.compile("<(/?)([A-Za-z_]+)([^>]*)>");
  private static final Pattern ATTRIBUTES = Pattern.compile("(?: [a-z_]+=\"[^\"<>]*\")*");
  private static final Pattern LEAF = Pattern.compile("<(\\w+)([^<>]*)>([^<>]+)</\\1>");
  private static final Pattern FULL = Pattern.compile("[0-9A-Fa-f]{4}(?::[0-9A-Fa-f]{4}){7}");
  private static final Pattern KEEPALIVE =
      Pattern.compile("<keepalive interval=\"(\\d+)\">(.*?)</keepalive>", Pattern.DOTALL);
  private static final List<String> CHALLENGE = List.of("realm", "nonce", "qop", "charset");

  private final List<String> complaints = new ArrayList<>();

  private OldClientReader() {}

  /**
   * Reads a reply.
   *
   * @param toCreate whether it answers a create
   */
  static List<String> complaints(Reply reply, boolean toCreate) {
    OldClientReader reader = new OldClientReader();
    reader.read(reply, toCreate);
    return List.copyOf(reader.complaints);
  }

  private void read(Reply reply, boolean toCreate) {
    String all = Text.latin(reply.octets());
    unless(all.length() <= BUFFER, "a reply is longer than their buffer of 4096 octets");
    unless(all.indexOf('\0') < 0, "a NUL ends the reply for them");
    if (reply.framed()) {
      Matcher frame = FRAME.matcher(all);
      if (frame.lookingAt()) {
        int present = all.length() - frame.end();
        unless(
            Integer.parseInt(frame.group(1)) == present,
            "Content-length does not count to the last octet");
      } else {
        unless(false, "the header is not spelt \"Content-length: N\"");
      }
      unless(STATUS.matcher(reply.line()).matches(), "no status line: " + reply.line());
      unless(all.endsWith("\r\n"), "a reply does not end in CR LF");
    } else if (reply.line().startsWith("CAPABILITY")) {
      capabilities(reply.line());
    } else {
      challenge(reply.line());
    }
    if (!reply.xml().isEmpty()) {
      xml(reply.xml(), toCreate && reply.status() == SUCCESS);
      unless(
          reply.status() < REFERRAL || reply.xml().startsWith("<tunnel "),
          "a referral without a tunnel element around it");
    } else if (toCreate && reply.status() == SUCCESS) {
      unless(false, "a create is answered without parameters");
    }
  }

  private void capabilities(String line) {
    unless(CAPABILITIES.matcher(line).matches(), "capabilities are not words after single spaces");
    Matcher tunnel = TUNNEL.matcher(line);
    while (tunnel.find()) {
      unless(
          tunnel.group(1).equals(tunnel.group(1).toUpperCase(java.util.Locale.ROOT)),
          "a tunnel type is not in upper case: " + tunnel.group(1));
    }
  }

  /** A DIGEST-MD5 challenge makes their process crash if a part is missing or has a space. */
  private void challenge(String line) {
    String text;
    try {
      text = Text.latin(Base64.getDecoder().decode(line));
    } catch (IllegalArgumentException e) {
      return;
    }
    if (!text.contains("nonce=") || !text.contains("algorithm=")) {
      return;
    }
    Map<String, String> directives = DigestMd5.directives(text);
    for (String name : CHALLENGE) {
      unless(
          !directives.getOrDefault(name, "").isEmpty(),
          "the challenge has no " + name + ": " + text);
    }
    unless(!text.contains(", "), "the challenge has white space after a comma");
    unless(
        !directives.getOrDefault("realm", "").contains(",")
            && !directives.getOrDefault("nonce", "").contains(","),
        "a comma in realm or nonce splits it");
  }

  private void xml(String xml, boolean offer) {
    unless(!xml.contains("<?"), "an XML declaration or processing instruction");
    unless(!xml.contains("<!"), "a comment, CDATA or document type");
    unless(!xml.contains("'"), "single quotes");
    unless(!xml.contains("&"), "an entity, which they do not decode");
    Matcher tag = TAG.matcher(xml);
    while (tag.find()) {
      String attributes = tag.group(3);
      unless(!attributes.endsWith("/"), "an element without an end tag: " + tag.group());
      unless(
          attributes.endsWith("/") || ATTRIBUTES.matcher(attributes).matches(),
          "attributes are not name=\"value\" after single spaces: " + tag.group());
    }
    Matcher leaf = LEAF.matcher(xml);
    while (leaf.find()) {
      leaf(leaf.group(1), leaf.group(2), leaf.group(3));
    }
    keepalive(xml);
    if (offer) {
      for (String party : List.of("server", "client")) {
        String own = xml.replaceAll("(?s).*<" + party + ">(.*)</" + party + ">.*", "$1");
        for (String type : List.of("ipv4", "ipv6")) {
          unless(
              own.contains("<address type=\"" + type + "\""),
              "the " + party + " has no " + type + " address");
        }
      }
    }
  }

  private void leaf(String name, String attributes, String text) {
    if (text.isBlank() && !name.equals("address") && !name.equals("prefix")) {
      return;
    }
    unless(text.equals(text.strip()), "white space around the text of " + name);
    boolean counted =
        name.equals("prefix") ? text.contains(":") : attributes.contains("type=\"ipv6\"");
    if (counted) {
      unless(
          FULL.matcher(text.strip()).matches(),
          "an IPv6 " + name + " is not written in full: " + text.strip());
    }
  }

  private void keepalive(String xml) {
    if (!xml.contains("<keepalive")) {
      return;
    }
    Matcher keepalive = KEEPALIVE.matcher(xml);
    if (keepalive.find()) {
      unless(Long.parseLong(keepalive.group(1)) > 0, "a keepalive interval of 0");
      unless(keepalive.group(2).contains("<address "), "a keepalive without an address");
    } else {
      unless(false, "a keepalive without an interval and an address");
    }
  }

  private void unless(boolean right, String complaint) {
    if (!right) {
      complaints.add("old clients: " + complaint);
    }
  }
}
