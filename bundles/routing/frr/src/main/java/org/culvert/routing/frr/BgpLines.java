package org.culvert.routing.frr;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.RoutingAgreement;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.service.ServiceException;
import org.culvert.api.tunnel.TunnelParameters.Side;

/**
 * Writes what lets FRR speak BGP to the other end of a tunnel (RFC 4271, RFC 2545): filters first,
 * so that no session ever runs without them.
 */
final class BgpLines {
  private static final String IPV6 = "address-family ipv6 unicast";
  private static final String IPV4 = "address-family ipv4 unicast";
  private static final String WITHOUT_IPV4 = "no bgp default ipv4-unicast";
  private static final String WITH_IPV6 = "bgp default ipv6-unicast";
  private static final String ROUTER_ID = "bgp router-id ";

  private final FrrSettings settings;

  BgpLines(FrrSettings settings) {
    this.settings = settings;
  }

  /** Returns the line that begins BGP's block. */
  static String block(long as) {
    return "router bgp " + as;
  }

  /** Returns BGP's block. */
  static Block blockOf(long as) {
    return new Block(
        block(as),
        Block.mark("BGP-" + as),
        text -> text.equals(WITHOUT_IPV4) || text.startsWith(ROUTER_ID));
  }

  /**
   * Returns all lines that a tunnel needs.
   *
   * @param fallbackId the router identifier for a daemon that would have none
   * @throws ServiceException if they would not fit to what is configured
   */
  List<ConfigLine> lines(
      ServedTunnel tunnel, RunningConfig running, Optional<Inet4Address> fallbackId)
      throws ServiceException {
    RoutingAgreement agreement = tunnel.arrangements().routing().orElseThrow();
    if (agreement.clientAs().isEmpty() || agreement.serverAs().isEmpty()) {
      throw ServiceException.lasting("BGP was agreed on without autonomous systems", null);
    }
    boolean atServer = tunnel.side() == Side.SERVER;
    long clientAs = agreement.clientAs().getAsLong();
    long serverAs = agreement.serverAs().getAsLong();
    if (clientAs == serverAs) {
      throw ServiceException.lasting(
          "BGP through a tunnel needs two autonomous systems, but both ends have " + serverAs,
          null);
    }
    long ownAs = atServer ? serverAs : clientAs;
    long otherAs = atServer ? clientAs : serverAs;
    long spokenAs = running.bgpAs().orElse(ownAs);
    if (spokenAs != ownAs && !settings.localAs()) {
      throw ServiceException.lasting(
          "FRR speaks BGP as AS " + spokenAs + ", but AS " + ownAs + " was agreed on", null);
    }
    Mark mark = Mark.of(tunnel.id());
    String peer = peer(tunnel);
    String here = IpAddresses.text(atServer ? tunnel.serverAddress() : tunnel.clientAddress());
    refuseOthers(running, peer, mark);

    List<ConfigLine> lines = new ArrayList<>();
    lines.addAll(atServer ? serverFilters(tunnel, mark, clientAs) : clientFilters(tunnel, mark));
    List<String> router = List.of(block(spokenAs));
    addBlock(lines, running, spokenAs, fallbackId);
    boolean withoutIpv4 =
        lines.contains(new ConfigLine(router, WITHOUT_IPV4))
            || running.has(new ConfigLine(router, WITHOUT_IPV4));
    String neighbor = "neighbor " + peer + " ";
    for (String line : session(here, otherAs, spokenAs == ownAs ? 0 : ownAs, mark)) {
      lines.add(new ConfigLine(router, neighbor + line));
    }
    if (!withoutIpv4) {
      lines.add(new ConfigLine(List.of(block(spokenAs), IPV4), "no " + neighbor + "activate"));
    }
    List<String> ipv6 = List.of(block(spokenAs), IPV6);
    for (String line : family(atServer, mark)) {
      lines.add(new ConfigLine(ipv6, neighbor + line));
    }
    if (!atServer && tunnel.prefix().isPresent()) {
      lines.add(
          new ConfigLine(ipv6, "network " + tunnel.prefix().get() + " route-map " + mark.own()));
    }
    if (!running.has(new ConfigLine(router, WITH_IPV6))) {
      lines.add(new ConfigLine(ipv6, neighbor + "activate"));
    }
    return lines;
  }

  private static void refuseOthers(RunningConfig running, String peer, Mark mark)
      throws ServiceException {
    String description = running.neighbor(peer).orElse(mark.description());
    if (description.equals(mark.description()) || HalfMade.isOurs(running, peer, mark)) {
      return;
    }
    if (Mark.ofDescription(description).isPresent()) {
      throw ServiceException.passing(peer + " is still a neighbor for another tunnel", null);
    }
    throw ServiceException.lasting(
        peer
            + " is a neighbor that somebody else configured in FRR; where nobody needs it, type in"
            + " vtysh: configure terminal, router bgp, no neighbor "
            + peer,
        null);
  }

  /** Returns the address of a tunnel's other end, as FRR writes it. */
  static String peer(ServedTunnel tunnel) {
    return IpAddresses.text(
        tunnel.side() == Side.SERVER ? tunnel.clientAddress() : tunnel.serverAddress());
  }

  private void addBlock(
      List<ConfigLine> lines, RunningConfig running, long as, Optional<Inet4Address> fallbackId) {
    Block block = blockOf(as);
    if (!block.isOurs(running)) {
      return;
    }
    lines.add(block.made());
    lines.add(ConfigLine.top(block.line()));
    Optional<Inet4Address> id =
        settings.routerId().or(() -> hasRouterId(running, block) ? Optional.empty() : fallbackId);
    List<String> router = List.of(block.line());
    id.ifPresent(
        address -> lines.add(new ConfigLine(router, ROUTER_ID + IpAddresses.text(address))));
    lines.add(new ConfigLine(router, WITHOUT_IPV4));
  }

  /** A block may be there without one, as where the shell ended after it had been made. */
  private static boolean hasRouterId(RunningConfig running, Block block) {
    return running.lines().stream()
        .anyMatch(line -> line.isIn(block.line()) && line.text().startsWith(ROUTER_ID));
  }

  private List<ConfigLine> serverFilters(ServedTunnel tunnel, Mark mark, long clientAs) {
    List<ConfigLine> lines = new ArrayList<>();
    lines.addAll(Filters.permitting(mark.in(), tunnel.prefix(), settings.longest()));
    lines.addAll(Filters.permitting(mark.out(), settings.announced()));
    lines.add(
        ConfigLine.top(
            "bgp as-path access-list "
                + mark.paths()
                + (" seq 5 permit ^" + clientAs + "(_" + clientAs + ")*$")));
    String map = "route-map " + mark.in() + " permit 10";
    lines.add(ConfigLine.top(map));
    // The next hop and the communities are not the client's to choose.
    for (String line :
        List.of(
            "match as-path " + mark.paths(),
            "match ipv6 address prefix-list " + mark.in(),
            "set community none",
            "set extcommunity none",
            "set ipv6 next-hop peer-address",
            "set large-community none")) {
      lines.add(new ConfigLine(List.of(map), line));
    }
    return lines;
  }

  private List<ConfigLine> clientFilters(ServedTunnel tunnel, Mark mark) {
    List<ConfigLine> lines = new ArrayList<>();
    // BGP announces a prefix only while there is a route to it. What nothing behind the client
    // answers to must not go back into the tunnel either.
    tunnel
        .prefix()
        .ifPresent(
            prefix ->
                lines.add(
                    ConfigLine.top("ipv6 route " + prefix + " Null0 tag " + mark.tag() + " 254")));
    lines.addAll(Filters.permitting(mark.own(), tunnel.prefix(), 0));
    lines.addAll(Filters.permitting(mark.in(), settings.accepted(), tunnel.prefix()));
    String map = "route-map " + mark.in() + " permit 10";
    lines.add(ConfigLine.top(map));
    lines.add(new ConfigLine(List.of(map), "match ipv6 address prefix-list " + mark.in()));
    lines.add(new ConfigLine(List.of(map), "set ipv6 next-hop peer-address"));
    if (tunnel.prefix().isPresent()) {
      lines.add(ConfigLine.top("route-map " + mark.own() + " permit 10"));
    }
    return lines;
  }

  private List<String> session(String here, long otherAs, long localAs, Mark mark) {
    List<String> lines = new ArrayList<>();
    lines.add("remote-as " + otherAs);
    // At once, for by this it is known as ours.
    lines.add("description " + mark.description());
    if (localAs != 0) {
      lines.add("local-as " + localAs + " no-prepend replace-as");
    }
    // A tunnel's address is alone on its link, which BGP would take for a distant one.
    lines.add(settings.ttlSecurity() ? "ttl-security hops 1" : "disable-connected-check");
    lines.add("update-source " + here);
    lines.add("timers " + settings.keepAlive().toSeconds() + " " + settings.hold().toSeconds());
    lines.add("timers connect " + settings.connect().toSeconds());
    return lines;
  }

  private List<String> family(boolean atServer, Mark mark) {
    List<String> lines = new ArrayList<>();
    lines.add("route-map " + mark.in() + " in");
    lines.add("prefix-list " + (atServer ? mark.out() : mark.own()) + " out");
    lines.add(
        "maximum-prefix "
            + (atServer ? settings.maximum() : settings.acceptedMaximum())
            + " restart "
            + settings.restart().toMinutes());
    if (atServer && settings.announced().hasDefault()) {
      lines.add("default-originate");
    }
    return lines;
  }
}
