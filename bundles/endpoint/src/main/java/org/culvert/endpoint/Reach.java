package org.culvert.endpoint;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostGuard;
import org.culvert.api.netdev.HostService;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelParameters.PrefixRoutes;

/**
 * What a server's tunnels may reach of its host and of one another, as the operator decides.
 *
 * @param device the device that tunnels share
 * @param isolated what reaches no other tunnel
 * @param byGroup whether tunnels reach one another only where their users have a group in common
 * @param open whether all services of the host are open
 * @param services those that the operator opens
 */
record Reach(
    String device,
    Set<IpPrefix> isolated,
    boolean byGroup,
    boolean open,
    Set<HostService> services) {
  private static final String NONE = "none";
  private static final String ALL = "all";
  private static final String GROUPS = "groups";
  private static final Set<IpPrefix> EVERYTHING =
      Set.of(IpPrefix.parse("::/0"), IpPrefix.parse("0.0.0.0/0"));

  private static final Pattern SERVICE = Pattern.compile("(?:(tcp|udp)/)?([0-9]{1,5})");

  private static final int BGP = 179;
  private static final int DNS = 53;
  private static final int OSPF = 89;
  private static final int RIPNG = 521;
  private static final IpPrefix LINK_LOCAL = IpPrefix.parse("fe80::/10");

  /** Who asks through a tunnel is told what is wrong with that, and may end its tunnels. */
  private static final Set<HostService> SIGNALING =
      Set.of(HostService.tcp(3653), HostService.udp(3653), HostService.tcp(3654));

  /** Copies the sets. */
  Reach {
    isolated = Set.copyOf(isolated);
    services = Set.copyOf(services);
  }

  /** Reads what the operator has written. */
  static Reach from(String pid, String device, String isolate, String hostServices) {
    boolean open = hostServices.strip().equals(ALL);
    return new Reach(
        device,
        isolated(pid, isolate),
        words(isolate).contains(GROUPS),
        open,
        open ? Set.of() : services(pid, hostServices));
  }

  private static Set<IpPrefix> isolated(String pid, String text) {
    if (text.isBlank()) {
      throw new InvalidConfigurationException(
          pid,
          "isolate",
          text,
          "write none, all, groups or prefixes: nothing would open everything");
    }
    if (text.strip().equals(NONE)) {
      return Set.of();
    }
    if (text.strip().equals(ALL)) {
      return EVERYTHING;
    }
    Set<IpPrefix> isolated = new HashSet<>();
    for (String word : words(text)) {
      if (word.equals(GROUPS)) {
        continue;
      }
      try {
        isolated.add(IpPrefix.parse(word));
      } catch (IllegalArgumentException e) {
        throw new InvalidConfigurationException(
            pid,
            "isolate",
            text,
            "write none, all, groups, or prefixes of tunnels that reach no other, separated by"
                + " commas: groups, 2001:db8:0:2::/64, 10.65.0.0/16");
      }
    }
    return isolated;
  }

  private static List<String> words(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip).toList();
  }

  private static Set<HostService> services(String pid, String text) {
    Set<HostService> services = new HashSet<>();
    for (String word : text.split(",", -1)) {
      if (!word.isBlank()) {
        services.add(service(word.strip()).orElseThrow(() -> refused(pid, text)));
      }
    }
    return services;
  }

  private static Optional<HostService> service(String word) {
    Matcher matcher = SERVICE.matcher(word);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(matcher.group(2));
    String transport = matcher.group(1);
    try {
      if (transport == null) {
        return Optional.of(HostService.of(number, 0));
      }
      return number == 0
          ? Optional.empty()
          : Optional.of(
              transport.equals("tcp") ? HostService.tcp(number) : HostService.udp(number));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static InvalidConfigurationException refused(String pid, String text) {
    return new InvalidConfigurationException(
        pid,
        "hostServices",
        text,
        "write nothing, all, or services of this host that tunnels may reach, separated by commas:"
            + " tcp/443, udp/53, and 132 for an IP protocol by its number");
  }

  /**
   * Returns how the host is to be guarded.
   *
   * @param resolvers those that clients are told to ask
   * @param standing tells the device that a tunnel stands on, if it does
   */
  HostGuard guard(
      Set<IpPrefix> pools,
      Set<InetAddress> resolvers,
      Collection<TunnelParameters> tunnels,
      Function<String, Optional<String>> standing) {
    Set<String> devices = new HashSet<>(Set.of(device, device + "-*"));
    Set<IpPrefix> members = new HashSet<>(pools);
    Set<HostService> all = new HashSet<>(services);
    all.addAll(SIGNALING);
    for (InetAddress resolver : resolvers) {
      all.add(HostService.udp(DNS).at(resolver));
      all.add(HostService.tcp(DNS).at(resolver));
    }
    Map<IpPrefix, Set<String>> groups = new HashMap<>();
    for (TunnelParameters tunnel : tunnels) {
      if (byGroup && !tunnel.groups().isEmpty()) {
        tunnel.remotePrefixes().forEach(prefix -> groups.put(prefix, tunnel.groups()));
      }
      // What tunnels have is in a pool, unless the pools have changed since.
      tunnel.remotePrefixes().stream()
          .filter(prefix -> pools.stream().noneMatch(pool -> pool.contains(prefix)))
          .forEach(members::add);
      if (tunnel.ownLink()) {
        standing.apply(tunnel.id()).ifPresent(devices::add);
        all.add(HostService.of(OSPF, 0).from(LINK_LOCAL));
        all.add(HostService.udp(RIPNG).from(LINK_LOCAL));
      } else if (tunnel.prefixRoutes() != PrefixRoutes.STATIC) {
        all.add(HostService.tcp(BGP).from(IpPrefix.host(tunnel.remoteAddress())));
      }
    }
    return new HostGuard(
        device,
        devices.stream().filter(name -> !isNamed(name)).collect(Collectors.toSet()),
        members,
        isolated,
        open,
        all,
        byGroup ? Optional.of(groups) : Optional.empty());
  }

  /** Tells whether a device is one of those whose names begin like the shared one's. */
  private boolean isNamed(String name) {
    return name.startsWith(device + "-") && !name.endsWith("*");
  }
}
