package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostNetwork;
import org.culvert.api.netdev.HostState;
import org.culvert.api.netdev.SourceRoute;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.netdev.linux.NeighborProxy.Proxied;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;

/**
 * Prepares a Linux host by rtnetlink and {@code /proc/sys}, in the network namespace of the calling
 * thread.
 *
 * <p>Each time it asks the kernel for what is wanted: that adds what is missing, and is answered
 * "exists" where nothing is, so that nothing needs to be remembered or listed. It lists the host's
 * tables, to find what is to be removed and to see its interfaces, when something else is wanted,
 * when a setting was lost, when an address came or went or an interface came that hears no routers,
 * and now and then.
 */
@Component
public final class LinuxHostNetwork implements HostNetwork {
  /** Every so many times at least the tables are listed. */
  private static final int LISTED_EVERY = 30;

  /** Where there are more interfaces, as with kernel tunnels, they are listed only that often. */
  private static final int FEW_LINKS = 256;

  private final PacketForwarding forwarding = new PacketForwarding();

  /** What a side was last given; guarded by this object's lock. */
  private final Map<Side, Given> given = new EnumMap<>(Side.class);

  /**
   * What a side was given, and what was seen then.
   *
   * @param signs how the host looks for as long as others change nothing
   * @param entrances the interfaces by which IPv4 for tunnels comes in
   * @param answered what neighbors are answered for
   * @param times how often the host was looked at since its tables were listed
   */
  private record Given(
      HostConfiguration wanted,
      List<String> missing,
      Signs signs,
      Set<String> entrances,
      Set<Proxied> answered,
      int times) {
    Given lookedAt() {
      return new Given(wanted, missing, signs, entrances, answered, times + 1);
    }
  }

  /**
   * What is looked at each time, since nobody announces it.
   *
   * @param proxying the interfaces that neighbors are answered on
   * @param uplinks the interfaces whose packets may be answered through a tunnel
   * @param rest what is amiss with forwarding
   * @param addresses the host's; none where there are too many interfaces
   * @param answering whether neighbors are answered
   * @param strict whether one of the uplinks drops what is answered through a tunnel
   */
  private record Signs(
      Set<String> proxying,
      Set<String> uplinks,
      PacketForwarding.Rest rest,
      Set<HostAddress> addresses,
      boolean answering,
      boolean strict) {}

  /** How many interfaces there were when they were listed last; guarded by this object's lock. */
  private int links;

  /** The unreachable routes that are this process's; guarded by this object's lock. */
  private final Map<Side, Claims> ends = new EnumMap<>(Side.class);

  /** The routing tables that are this process's; guarded by this object's lock. */
  private final OwnTables tables = new OwnTables();

  /** Guarded by this object's lock. */
  private final HostGate gate = new HostGate();

  /** Touches nothing of the operating system, so that it can say what is amiss when it is used. */
  @Activate
  public LinuxHostNetwork() {}

  /** Leaves the host as it is, for the next one to take over or to clear up. */
  @Deactivate
  public synchronized void close() {
    ends.values().forEach(Claims::close);
    tables.close();
    gate.close();
  }

  private Claims ends(Side side) {
    return ends.computeIfAbsent(side, unused -> new Claims());
  }

  @Override
  public synchronized HostState configure(HostConfiguration wanted) throws IOException {
    Libc.load();
    Findings findings = new Findings();
    wanted.guard().ifPresent(guard -> gate.keep(guard, findings));
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      ends(wanted.side()).keep(DeadEnds.names(wanted.side(), wanted.deadEnds()));
      DeadEnds.add(netlink, wanted.side(), wanted.deadEnds(), findings);
      Set<SourceRoute> bySource = Set.of();
      if (wanted.side() == Side.CLIENT) {
        bySource = tables.own(wanted.sourceRoutes(), findings);
        SourceRules.add(netlink, bySource, findings);
      }
      Given before = given.get(wanted.side());
      if (before == null
          || !before.wanted().equals(wanted)
          || before.times() >= LISTED_EVERY
          || !before.signs().equals(now(netlink, wanted, before.signs()))) {
        before = list(netlink, wanted, bySource, findings);
      } else {
        NeighborProxy.add(netlink, before.answered(), findings);
      }
      before.missing().forEach(findings::missing);
      Entrances.look(wanted.side(), before.entrances(), findings);
      given.put(wanted.side(), before.lookedAt());
    }
    return findings.state();
  }

  private Given list(
      Netlink netlink, HostConfiguration wanted, Set<SourceRoute> bySource, Findings findings)
      throws IOException {
    Findings listed = new Findings();
    HostView host = HostView.of(netlink);
    links = host.links().size();
    Set<IpPrefix> others =
        DeadEnds.removeOthers(
            netlink, wanted.side(), ends(wanted.side()), wanted.deadEnds(), host.routes());
    Set<String> uplinks = Set.of();
    Set<Proxied> answered = Set.of();
    if (wanted.side() == Side.CLIENT) {
      // A server sends nothing by its source; what is there belongs to a client on the same host.
      SourceRules.removeOthers(netlink, tables, bySource, host.routes());
      uplinks = ReversePath.configure(wanted, host, listed);
    } else {
      answered = NeighborProxy.configure(netlink, wanted, host, others, listed);
    }
    PacketForwarding.Rest rest = forwarding.configure(wanted, host, lans(host, wanted), listed);
    listed.state().changed().forEach(findings::changed);
    Set<Integer> proxying = answered.stream().map(Proxied::device).collect(Collectors.toSet());
    // What was set stays so; only what was refused, or is not allowed, may look otherwise.
    Signs signs =
        new Signs(
            host.named(proxying),
            uplinks,
            hasManyLinks() ? new PacketForwarding.Rest(rest.off(), Set.of()) : rest,
            hasManyLinks() ? Set.of() : Set.copyOf(host.addresses()),
            true,
            ReversePath.isAnyStrict(uplinks));
    return new Given(
        wanted, listed.state().missing(), signs, Entrances.of(wanted, host), answered, 0);
  }

  private Signs now(Netlink netlink, HostConfiguration wanted, Signs before) throws IOException {
    return new Signs(
        before.proxying(),
        before.uplinks(),
        new PacketForwarding.Rest(PacketForwarding.lacking(wanted), deaf(netlink, wanted)),
        hasManyLinks() ? Set.of() : Set.copyOf(HostAddress.list(netlink)),
        NeighborProxy.isOn(before.proxying()),
        ReversePath.isAnyStrict(before.uplinks()));
  }

  private boolean hasManyLinks() {
    return links > FEW_LINKS;
  }

  /** Returns the interfaces that lack router advertisements, if they are ours to see to. */
  private Set<String> deaf(Netlink netlink, HostConfiguration wanted) throws IOException {
    if (hasManyLinks() || !forwarding.seesToRouters(wanted)) {
      return Set.of();
    }
    Map<String, TunnelLink> now = TunnelLinks.list(netlink);
    links = now.size();
    return RouterDiscovery.deaf(now.values());
  }

  /** Behind a client's prefix are networks that this host is the router of. */
  private Set<String> lans(HostView host, HostConfiguration wanted) {
    Given client = given.get(Side.CLIENT);
    Set<IpPrefix> prefixes =
        wanted.side() == Side.CLIENT
            ? wanted.deadEnds()
            : client == null ? Set.of() : client.wanted().deadEnds();
    return host.within(prefixes);
  }
}
