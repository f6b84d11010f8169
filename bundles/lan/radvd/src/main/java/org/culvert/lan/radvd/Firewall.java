package org.culvert.lan.radvd;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Collectors;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;

/**
 * Keeps out what comes through the tunnel unasked, in a table of its own (RFC 6092): a NAT that the
 * tunnel passes protects nobody behind it any more.
 */
final class Firewall {
  static final String TABLE = "culvert_lan";

  /** What networks need to work, and must not be dropped on its way (RFC 4890 section 4.3.1). */
  private static final String MESSAGES =
      "destination-unreachable, packet-too-big, time-exceeded, parameter-problem, echo-request,"
          + " echo-reply";

  private final Programs programs;
  private final List<LanSettings.Opening> open;

  Firewall(Programs programs, List<LanSettings.Opening> open) {
    this.programs = programs;
    this.open = open;
  }

  /** Puts the filter up, whole and in one step. */
  void raise(ServedTunnel tunnel, String device) throws ServiceException {
    nft(text(tunnel, device));
  }

  /** Takes the filter away; does nothing if it is not there. */
  void lower() throws ServiceException {
    nft(clear());
  }

  /** Tells whether the filter is there. */
  boolean stands() throws ServiceException {
    return programs.run("", "nft", "list", "table", "ip6", TABLE).succeeded();
  }

  private void nft(String commands) throws ServiceException {
    Programs.Result result = programs.run(commands, "nft", "-f", "-");
    if (!result.succeeded()) {
      throw ServiceException.passing("nft refuses: " + result.complaint(), null);
    }
  }

  private static String clear() {
    return "table ip6 " + TABLE + "\ndelete table ip6 " + TABLE + "\n";
  }

  String text(ServedTunnel tunnel, String device) {
    boolean speaks = tunnel.arrangements().routing().filter(r -> !r.isStatic()).isPresent();
    InetAddress server = tunnel.serverAddress();
    return clear()
        + "table ip6 "
        + TABLE
        + " {\n"
        + "  chain forward {\n"
        + "    type filter hook forward priority filter; policy accept;\n"
        + "    iifname \""
        + device
        + "\" jump inside\n"
        + "  }\n"
        + "  chain input {\n"
        + "    type filter hook input priority filter; policy accept;\n"
        + "    iifname \""
        + device
        + "\" jump gateway\n"
        + "  }\n"
        + "  chain inside {\n"
        + "    ct state established,related accept\n"
        + "    ct state invalid counter drop\n"
        + "    icmpv6 type { "
        + MESSAGES
        + " } accept\n"
        + openings()
        + "    counter drop\n"
        + "  }\n"
        + "  chain gateway {\n"
        + "    icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } accept\n"
        + (speaks ? "    ip6 saddr { fe80::/10, " + IpAddresses.text(server) + " } accept\n" : "")
        + "    jump inside\n"
        + "  }\n"
        + "}\n";
  }

  private String openings() {
    return open.stream()
        .map(o -> "    " + o.protocol() + " dport " + o.port() + " accept\n")
        .collect(Collectors.joining());
  }
}
