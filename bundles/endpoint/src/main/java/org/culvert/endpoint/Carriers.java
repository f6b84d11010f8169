package org.culvert.endpoint;

import java.net.Inet6Address;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.culvert.api.datapath.Datapath;
import org.culvert.api.encapsulation.Encapsulation;
import org.culvert.api.encapsulation.TunnelProfile;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.Side;
import org.culvert.api.tunnel.TunnelType;

/**
 * The encapsulations and datapaths that are installed at this moment. Safe for use by many threads.
 *
 * <p>The operator may name the one datapath that is to be used; any other is as if it were absent.
 */
final class Carriers {
  private record Ranked(Datapath datapath, int ranking) {}

  private final EndpointSettings settings;

  /** What each said of itself when it came. */
  private record Bound(Encapsulation encapsulation, TunnelProfile profile) {}

  private final List<Bound> bound = new CopyOnWriteArrayList<>();

  /** Highest ranking first, then in the order of binding; swapped whole. */
  private volatile List<Ranked> datapaths = List.of();

  Carriers(EndpointSettings settings) {
    this.settings = settings;
  }

  void add(Encapsulation encapsulation) {
    bound.add(new Bound(encapsulation, encapsulation.profile()));
  }

  void remove(Encapsulation encapsulation) {
    bound.removeIf(one -> one.encapsulation == encapsulation);
  }

  synchronized void add(Datapath datapath, int ranking) {
    List<Ranked> sorted = new ArrayList<>(datapaths);
    sorted.add(new Ranked(datapath, ranking));
    sorted.sort(Comparator.comparingInt(Ranked::ranking).reversed());
    datapaths = List.copyOf(sorted);
  }

  synchronized void remove(Datapath datapath) {
    List<Ranked> remaining = new ArrayList<>(datapaths);
    remaining.removeIf(ranked -> ranked.datapath == datapath);
    datapaths = List.copyOf(remaining);
  }

  /** Returns what the bundle for a type says of it; empty if none is active. */
  Optional<TunnelProfile> profile(TunnelType type) {
    return bound.stream().map(Bound::profile).filter(one -> one.type().equals(type)).findFirst();
  }

  /**
   * Returns the format of a tunnel's packets at this end; empty if no bundle carries its type. A
   * client without IPv4 sends into a NAT64, and the server is behind that.
   */
  Optional<WireFormat> wire(TunnelParameters tunnel) {
    boolean over6 = tunnel.outer().local().getAddress() instanceof Inet6Address;
    boolean mayBeTranslated = tunnel.side() == Side.CLIENT && over6;
    return profile(tunnel.type())
        .map(TunnelProfile::wireFormat)
        .map(wire -> mayBeTranslated ? wire.sentOver(IpVersion.IPV6) : wire);
  }

  /** Returns the names of all datapaths, of those too that may not be used. */
  Set<String> names() {
    return datapaths.stream()
        .map(ranked -> ranked.datapath().name())
        .collect(Collectors.toUnmodifiableSet());
  }

  /** Returns the datapaths that may be used, the best first. */
  List<Datapath> datapaths() {
    return datapaths.stream()
        .map(Ranked::datapath)
        .filter(datapath -> settings.allows(datapath.name()))
        .toList();
  }

  /** Returns those of them that carry a format. */
  List<Datapath> datapaths(WireFormat wire) {
    return datapaths().stream().filter(datapath -> datapath.carries(wire)).toList();
  }

  /** Says what is missing for tunnels of a type that cannot be carried. */
  String missing(TunnelType type) {
    if (profile(type).isEmpty()) {
      return "no bundle for " + type + " is active";
    }
    boolean none = datapaths().isEmpty();
    if (!settings.isDatapathForced()) {
      return none ? "no datapath is active" : "no active datapath can carry " + type;
    }
    return none
        ? "no datapath "
            + settings.datapath()
            + " is active; install it, or change datapath in etc/"
            + settings.pid()
            + ".cfg"
        : "datapath " + settings.datapath() + " cannot carry " + type;
  }

  /** Returns the types that can be carried. */
  Set<TunnelProfile> profiles() {
    return bound.stream()
        .map(Bound::profile)
        .filter(profile -> !datapaths(profile.wireFormat()).isEmpty())
        .collect(Collectors.toUnmodifiableSet());
  }
}
