package org.culvert.routing.bird;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.RoutingProtocol;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * Writes what BIRD has to know about a tunnel. Each tunnel has a table of its own, which what is
 * announced stands in, so that it does not become a route of this host; a pipe brings from there
 * what was accepted, and nothing else.
 */
final class TunnelConfiguration {
  private static final Pattern DEVICE = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}");
  private static final int DEAD_FACTOR = 4;
  private static final int TIMEOUT_FACTOR = 6;

  private final BirdSettings settings;

  TunnelConfiguration(BirdSettings settings) {
    this.settings = settings;
  }

  /** Returns the tunnel's whole file; empty: it needs none. */
  Optional<String> of(ServedTunnel tunnel) throws ServiceException {
    RoutingAgreement agreement = tunnel.arrangements().routing().orElse(RoutingAgreement.STATIC);
    if (agreement.isStatic()) {
      return Optional.empty();
    }
    if (!(tunnel.serverAddress() instanceof Inet6Address)
        || !(tunnel.clientAddress() instanceof Inet6Address)) {
      throw ServiceException.lasting("BIRD is used through tunnels that carry IPv6", null);
    }
    String device = device(tunnel);
    if (agreement.protocol().equals(RoutingProtocol.BGP)) {
      return Optional.of(bgp(tunnel, agreement, device));
    }
    if (agreement.protocol().equals(RoutingProtocol.OSPF)) {
      return Optional.of(onLink(tunnel, "ospf v3", ospfInterface(device)));
    }
    if (agreement.protocol().equals(RoutingProtocol.RIP)) {
      return Optional.of(onLink(tunnel, "rip ng", ripInterface(device)));
    }
    throw ServiceException.lasting(agreement.protocol() + " is not spoken by BIRD here", null);
  }

  private String bgp(ServedTunnel tunnel, RoutingAgreement agreement, String device)
      throws ServiceException {
    boolean atServer = tunnel.side() == Side.SERVER;
    InetAddress here = atServer ? tunnel.serverAddress() : tunnel.clientAddress();
    InetAddress there = atServer ? tunnel.clientAddress() : tunnel.serverAddress();
    long ownAs = as(atServer ? agreement.serverAs() : agreement.clientAs());
    long otherAs = as(atServer ? agreement.clientAs() : agreement.serverAs());
    TunnelName name = TunnelName.of(tunnel);
    // The other end's address is alone on the link, so that BIRD would not take it for a direct
    // neighbor: it is resolved by a route that no other table sees.
    String route = "  route " + IpPrefix.host(there) + " via \"" + device + "\";\n";
    BirdSettings.Timers timers = settings.timers();
    return head(name)
        + announcer(tunnel, route)
        + ("protocol bgp " + name.text() + " {\n")
        + ("  local " + IpAddresses.text(here) + " as " + ownAs + ";\n")
        + ("  neighbor " + IpAddresses.text(there) + " as " + otherAs + ";\n")
        + "  multihop 1;\n"
        + ("  ttl security " + (settings.ttlSecurity() ? "on" : "off") + ";\n")
        + ("  keepalive time " + timers.keepAlive() + ";\n")
        + ("  hold time " + timers.hold() + ";\n")
        + "  connect delay time 1;\n"
        + ("  connect retry time " + timers.connect() + ";\n")
        + channel(
            tunnel,
            "restart",
            "    igp table " + name.table() + ";\n    gateway recursive;\n    next hop self;\n")
        + "}\n"
        + pipe(name);
  }

  private String onLink(ServedTunnel tunnel, String protocol, String link) throws ServiceException {
    TunnelName name = TunnelName.of(tunnel);
    return head(name)
        + announcer(tunnel, "")
        + ("protocol " + protocol + " " + name.text() + " {\n")
        + channel(tunnel, "block", "")
        + link
        + "}\n"
        + pipe(name);
  }

  private String ospfInterface(String device) {
    int hello = settings.timers().ospfHello();
    return ("  area 0 {\n    interface \"" + device + "\" {\n      type ptp;\n")
        + ("      hello " + hello + ";\n      dead " + DEAD_FACTOR * hello + ";\n    };\n  };\n");
  }

  private String ripInterface(String device) {
    int update = settings.timers().ripUpdate();
    int timeout = TIMEOUT_FACTOR * update;
    return ("  interface \"" + device + "\" {\n    mode multicast;\n    ttl security on;\n")
        + ("    update time " + update + ";\n    timeout time " + timeout + ";\n")
        + ("    garbage time " + timeout + ";\n  };\n");
  }

  private static String head(TunnelName name) {
    return "# Written by Culvert, which changes and removes it with the tunnel.\n"
        + ("ipv6 table " + name.table() + ";\n");
  }

  private String announcer(ServedTunnel tunnel, String more) {
    TunnelName name = TunnelName.of(tunnel);
    StringBuilder routes = new StringBuilder(more);
    for (IpPrefix prefix : announced(tunnel).prefixes()) {
      routes.append("  route ").append(prefix).append(" unreachable;\n");
    }
    return "protocol static "
        + name.announcer()
        + (" {\n  ipv6 { table " + name.table() + "; };\n" + routes + "}\n");
  }

  private String channel(ServedTunnel tunnel, String whenTooMany, String more)
      throws ServiceException {
    BirdSettings.Limits limits =
        tunnel.side() == Side.SERVER ? settings.limits() : settings.acceptedLimits();
    // BIRD counts among what it received only what it keeps.
    return "  ipv6 {\n"
        + ("    table " + TunnelName.of(tunnel).table() + ";\n" + more)
        + ("    import filter { " + importRule(tunnel) + " reject; };\n")
        + "    import keep filtered on;\n"
        + ("    receive limit " + limits.received() + " action " + whenTooMany + ";\n")
        + ("    import limit " + limits.accepted() + " action block;\n")
        + ("    export where source = RTS_STATIC && " + announced(tunnel).condition() + ";\n")
        + "  };\n";
  }

  /** A server takes nothing but the client's prefix, and a client nothing of it. */
  private String importRule(ServedTunnel tunnel) throws ServiceException {
    if (tunnel.side() == Side.CLIENT) {
      return tunnel.prefix().map(own -> "if net ~ [ " + own + "+ ] then reject; ").orElse("")
          + ("if " + settings.accepted().condition() + " then accept;");
    }
    if (tunnel.prefix().isEmpty()) {
      return "";
    }
    IpPrefix own = tunnel.prefix().get();
    int longest = Math.max(own.length(), settings.longest());
    String isOwn = "net ~ [ " + own + "{" + own.length() + "," + longest + "} ]";
    RoutingAgreement agreement = tunnel.arrangements().routing().orElse(RoutingAgreement.STATIC);
    if (!agreement.protocol().equals(RoutingProtocol.BGP)) {
      return "if " + isOwn + " then accept;";
    }
    // Nobody else's system stands behind a tunnel, and a community could speak to the operator's
    // own filters.
    String path = "filter(bgp_path, [" + as(agreement.clientAs()) + "]).len = bgp_path.len";
    return ("if " + isOwn + " && " + path + " then { bgp_community.empty; ")
        + "bgp_ext_community.empty; bgp_large_community.empty; bgp_local_pref = 100; accept; }";
  }

  private RoutePolicy announced(ServedTunnel tunnel) {
    return tunnel.side() == Side.SERVER
        ? settings.announced()
        : tunnel
            .prefix()
            .map(prefix -> new RoutePolicy(false, List.of(prefix)))
            .orElse(RoutePolicy.NONE);
  }

  private String pipe(TunnelName name) {
    return ("protocol pipe " + name.pipe() + " {\n  table " + name.table() + ";\n")
        + ("  peer table " + settings.table() + ";\n  import none;\n")
        + "  export where source != RTS_STATIC;\n}\n";
  }

  private static String device(ServedTunnel tunnel) throws ServiceException {
    String device =
        tunnel
            .device()
            .orElseThrow(
                () ->
                    ServiceException.passing("it is not known which device is the tunnel's", null));
    // BIRD would read some names as patterns.
    if (!DEVICE.matcher(device).matches()) {
      throw ServiceException.lasting("BIRD cannot be told of a device of such a name", null);
    }
    return device;
  }

  private static long as(OptionalLong as) throws ServiceException {
    if (as.isEmpty()) {
      throw ServiceException.lasting("BGP was agreed on without autonomous systems", null);
    }
    return as.getAsLong();
  }
}
