package org.culvert.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** As much of a TSP server as the tests of the kit need: right, but for the faults it is given. */
final class ScriptedSession {
  private static final Pattern ADDRESS = Pattern.compile("type=\"ipv4\">\\s*([^<]*?)\\s*</");
  private static final Pattern TYPE = Pattern.compile(" type=\"(v[^\"]*)\"");

  private final Set<Fault> faults;
  private final boolean tcp;
  private final String remote;
  private int phase;
  private boolean offered;
  private boolean tunnel;

  ScriptedSession(Set<Fault> faults, boolean tcp, String remote) {
    this.faults = faults;
    this.tcp = tcp;
    this.remote = remote;
  }

  /** What is said, each in a segment of its own, and whether that was the end. */
  record Answer(List<String> replies, boolean end) {}

  /** Takes a line, or in the command phase the XML of a command. */
  Answer hear(String message) {
    String text = message.replaceAll("[\\x00\\x08\\s]+$", "").replaceAll("^[\\x00\\s]+", "");
    if (phase == 0 || (!tcp && text.startsWith("VERSION="))) {
      return version(text);
    } else if (phase == 1) {
      return authenticate(text);
    }
    return new Answer(command(text), false);
  }

  boolean inCommandPhase() {
    return phase == 2;
  }

  private Answer version(String text) {
    boolean spoken = faults.contains(Fault.ANY_VERSION) || text.matches("VERSION=2\\.0(\\.\\d)?");
    if (!spoken) {
      return refuse("302 Unsupported client version\r\n");
    }
    phase = 1;
    String line = "CAPABILITY TUNNEL=V6V4 TUNNEL=V6UDPV4 AUTH=ANONYMOUS\r\n";
    if (tcp) {
      line = line.replace("TUNNEL=V6UDPV4 ", "");
    }
    if (faults.contains(Fault.CAPABILITY_WITHOUT_END)) {
      line = line.strip();
    }
    if (faults.contains(Fault.CAPABILITY_DOUBLE_SPACE)) {
      line = line.replace(" AUTH", "  AUTH");
    }
    if (faults.contains(Fault.CAPABILITY_LOWER_CASE)) {
      line = line.replace("V6V4", "v6v4");
    }
    return new Answer(List.of(line), false);
  }

  private Answer refuse(String line) {
    return new Answer(List.of(line), !faults.contains(Fault.STAYS_OPEN));
  }

  private Answer authenticate(String text) {
    boolean right = text.equals("AUTHENTICATE ANONYMOUS") && !faults.contains(Fault.NO_LOGIN);
    if (!right && !(faults.contains(Fault.ANY_MECHANISM) && text.startsWith("AUTHENTICATE "))) {
      return refuse("300 Authentication failed\r\n");
    }
    phase = 2;
    return new Answer(List.of("200 Success\r\n"), false);
  }

  private List<String> command(String xml) {
    if (!faults.contains(Fault.ANY_XML) && !isWellFormed(xml)) {
      return framed("500 Invalid request format or specified length\r\n");
    } else if (xml.contains("\"create\"")) {
      return framed(create(xml));
    } else if (xml.contains("\"accept\"") && offered) {
      offered = false;
      tunnel = true;
      return tcp || faults.contains(Fault.SILENT_ACCEPT) ? List.of() : framed("200 Success\r\n");
    } else if (xml.contains("\"reject\"") && offered) {
      offered = false;
      return framed("200 Success\r\n");
    } else if (xml.contains("\"delete\"") && tunnel) {
      tunnel = false;
      return framed("200 Success\r\n");
    } else if (xml.contains("\"info\"") && tunnel) {
      return framed("200 Success\r\n" + offer("v6v4", remote));
    }
    return framed("514 Protocol error\r\n");
  }

  private static boolean isWellFormed(String xml) {
    try {
      XmlView.read(xml);
      return xml.startsWith("<tunnel") && !xml.contains("<!DOCTYPE");
    } catch (java.io.IOException e) {
      return false;
    }
  }

  private String create(String xml) {
    Matcher type = TYPE.matcher(xml);
    Matcher address = ADDRESS.matcher(xml);
    String claimed = address.find() ? address.group(1) : "";
    if (!type.find() || !type.group(1).matches("v6(any|udp)?v4")) {
      return "303 Unsupported tunnel type\r\n";
    } else if (!claimed.matches("\\d{1,3}(\\.\\d{1,3}){3}")
        && !faults.contains(Fault.ANY_ADDRESS)) {
      return "501 Invalid IPv4 address\r\n";
    }
    boolean nat = !claimed.equals(remote) || type.group(1).equals("v6udpv4");
    if (nat && tcp) {
      return "303 Unsupported tunnel type\r\n";
    }
    offered = true;
    boolean wrong = faults.contains(Fault.WRONG_TYPE);
    return "200 Success\r\n" + offer(nat != wrong ? "v6udpv4" : "v6v4", claimed);
  }

  private String offer(String type, String claimed) {
    String full = "2001:0db8:0000:0000:0000:0000:0000:0001";
    String client = full.replace("0001", "0002");
    String xml =
        "<tunnel action=\"info\" type=\""
            + type
            + "\" lifetime=\"1440\">\r\n"
            + " <server>\r\n"
            + "  <address type=\"ipv4\">127.0.0.1</address>\r\n"
            + "  <address type=\"ipv6\">"
            + full
            + "</address>\r\n"
            + " </server>\r\n <client>\r\n"
            + "  <address type=\"ipv4\">"
            + claimed
            + "</address>\r\n"
            + "  <address type=\"ipv6\">"
            + client
            + "</address>\r\n"
            + "  <keepalive interval=\"30\">\r\n"
            + "   <address type=\"ipv6\">"
            + full
            + "</address>\r\n"
            + "  </keepalive>\r\n </client>\r\n</tunnel>\r\n";
    for (Fault fault : faults) {
      xml =
          switch (fault) {
            case COMPRESSED_ADDRESS -> xml.replace(client, "2001:db8::2");
            case DECLARATION -> "<?xml version=\"1.0\"?>\r\n" + xml;
            case COMMENT -> xml.replace(" <client>", " <!-- yours --> <client>");
            case SINGLE_QUOTES -> xml.replace("\"ipv4\"", "'ipv4'");
            case WHITE_SPACE -> xml.replace(client, "\r\n  " + client + "\r\n  ");
            case THREE_ADDRESSES ->
                xml.replace("  <address type=\"ipv4\">" + claimed + "</address>\r\n", "");
            case KEEPALIVE_WITHOUT_ADDRESS ->
                xml.replaceAll("(?s)(<keepalive[^>]*>).*</keepalive>", "$1</keepalive>");
            case EMPTY_TAG -> xml.replaceAll("(?s)<keepalive.*</keepalive>", "<router/>");
            default -> xml;
          };
    }
    return xml;
  }

  private List<String> framed(String body) {
    if (faults.contains(Fault.NO_FRAME)) {
      return List.of(body);
    }
    int length = body.length();
    length -= faults.contains(Fault.LENGTH_TOO_SMALL) ? 2 : 0;
    length += faults.contains(Fault.LENGTH_TOO_LARGE) ? 2 : 0;
    String name = faults.contains(Fault.HEADER_MISSPELT) ? "Content-Length" : "Content-length";
    List<String> replies = new ArrayList<>(List.of(name + ": " + length + "\r\n" + body));
    if (faults.contains(Fault.SPEAKS_TWICE)) {
      replies.add(replies.get(0));
    }
    return replies;
  }
}
