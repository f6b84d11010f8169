package org.culvert.routing.frr;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingProtocol;

/**
 * What the operator decided about routing by FRR.
 *
 * @param vtysh the program that FRR is configured by
 * @param instance which FRR it speaks to
 * @param timeout how long one call of the program may take
 * @param protocols what may be agreed on where FRR speaks it
 * @param announced what a server announces to its clients
 * @param longest the length of the longest prefix that a client may announce of its own
 * @param maximum how many prefixes a client may announce
 * @param restart after how long a client that announced more may come back
 * @param accepted what a client accepts
 * @param acceptedMaximum how many prefixes a client accepts
 * @param keepAlive BGP's keepalive interval
 * @param hold BGP's hold time
 * @param connect how long BGP waits before it tries to connect again
 * @param ttlSecurity whether BGP's packets must come from the tunnel's other end (RFC 5082)
 * @param routerId the router identifier of what this bundle configures
 * @param localAs whether BGP may be spoken by a daemon that has another autonomous system
 */
record FrrSettings(
    Path vtysh,
    Instance instance,
    Duration timeout,
    Set<RoutingProtocol> protocols,
    Routes announced,
    int longest,
    int maximum,
    Duration restart,
    Routes accepted,
    int acceptedMaximum,
    Duration keepAlive,
    Duration hold,
    Duration connect,
    boolean ttlSecurity,
    Optional<Inet4Address> routerId,
    boolean localAs) {

  static final String PID = "org.culvert.routing.frr";

  private static final Set<RoutingProtocol> SPOKEN =
      Set.of(RoutingProtocol.BGP, RoutingProtocol.RIP);
  private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,31}");
  private static final Pattern DIRECTORY = Pattern.compile("/[A-Za-z0-9_./-]{1,80}");
  private static final int MOST_LISTED = 64;

  /**
   * Names one of several FRRs of a host.
   *
   * @param name tells it from the others; empty text: the usual one
   * @param options what the program has to be told
   */
  record Instance(String name, List<String> options) {
    /** Copies the list. */
    Instance {
      options = List.copyOf(options);
    }
  }

  /** Copies the set. */
  FrrSettings {
    protocols = Set.copyOf(protocols);
  }

  static FrrSettings from(FrrRouting.Config config) {
    int keepAlive = inRange("keepAlive", config.keepAlive(), 1, 21_845);
    int hold = inRange("holdTime", config.holdTime(), 3, 65_535);
    if (hold < 3 * keepAlive) {
      throw refused("holdTime", hold, "write at least three times keepAlive");
    }
    return new FrrSettings(
        program(config.vtysh()),
        instance(config.vtyDirectory(), config.pathspace()),
        Duration.ofSeconds(inRange("timeout", config.timeout(), 1, 9)),
        protocols(config.protocols()),
        routes("announce", config.announce(), false),
        inRange("longestPrefix", config.longestPrefix(), 48, 128),
        inRange("maximumPrefixes", config.maximumPrefixes(), 1, 100_000),
        Duration.ofMinutes(inRange("restart", config.restart(), 1, 65_535)),
        routes("client.accept", config.client_accept(), true),
        inRange("client.maximumPrefixes", config.client_maximumPrefixes(), 1, 10_000_000),
        Duration.ofSeconds(keepAlive),
        Duration.ofSeconds(hold),
        Duration.ofSeconds(inRange("connectRetry", config.connectRetry(), 1, 65_535)),
        config.ttlSecurity(),
        routerId(config.routerId().strip()),
        config.localAs());
  }

  private static Path program(String text) {
    Path path = Path.of(text.strip());
    if (!path.isAbsolute() || text.indexOf('\0') >= 0) {
      throw refused("vtysh", text, "write the program's whole path, for example /usr/bin/vtysh");
    }
    if (!Files.isExecutable(path)) {
      throw refused(
          "vtysh", text, "there is no such program; install FRR, or write where its vtysh is");
    }
    return path;
  }

  private static Instance instance(String directory, String pathspace) {
    String place = directory.strip();
    String space = pathspace.strip();
    if (!space.isEmpty() && !WORD.matcher(space).matches()) {
      throw refused("pathspace", space, "write the word that FRR's daemons have after -N");
    }
    if (!place.isEmpty() && !DIRECTORY.matcher(place).matches()) {
      throw refused("vtyDirectory", place, "write the directory that FRR's *.vty sockets are in");
    }
    if (!place.isEmpty() && !space.isEmpty()) {
      throw refused("vtyDirectory", place, "write this or pathspace, and not both");
    }
    if (!place.isEmpty()) {
      return new Instance(place, List.of("--vty_socket", place));
    }
    return space.isEmpty()
        ? new Instance("", List.of())
        : new Instance(space, List.of("-N", space));
  }

  private static Set<RoutingProtocol> protocols(String[] values) {
    Set<RoutingProtocol> protocols = new LinkedHashSet<>();
    for (String value : entries("protocols", values)) {
      RoutingProtocol protocol;
      try {
        protocol = RoutingProtocol.of(value);
      } catch (IllegalArgumentException e) {
        throw refused("protocols", value, "write bgp or rip");
      }
      if (protocol.equals(RoutingProtocol.OSPF)) {
        throw refused(
            "protocols",
            value,
            "FRR's OSPFv3 cannot keep a client from displacing routes of others; write bgp or rip");
      }
      if (!SPOKEN.contains(protocol)) {
        throw refused("protocols", value, "write bgp or rip");
      }
      protocols.add(protocol);
    }
    return protocols;
  }

  private static Routes routes(String key, String[] values, boolean mayBeAny) {
    List<String> entries = entries(key, values);
    String alone = entries.size() == 1 ? entries.get(0).toLowerCase(Locale.ROOT) : "";
    if (alone.equals("none")) {
      return new Routes.Listed(List.of());
    }
    if (alone.equals("default")) {
      return Routes.DEFAULT;
    }
    if (alone.equals("any") && mayBeAny) {
      return Routes.ANY;
    }
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String entry : entries) {
      prefixes.add(entry.equalsIgnoreCase("default") ? Routes.ALL : prefix(key, entry, mayBeAny));
    }
    return new Routes.Listed(prefixes);
  }

  private static IpPrefix prefix(String key, String entry, boolean mayBeAny) {
    try {
      IpPrefix prefix = IpPrefix.parse(entry);
      if (prefix.network() instanceof Inet6Address) {
        return prefix;
      }
    } catch (IllegalArgumentException e) {
      throw refused(key, entry, choice(mayBeAny) + "; this is " + e.getMessage());
    }
    throw refused(key, entry, choice(mayBeAny));
  }

  private static String choice(boolean mayBeAny) {
    return "write none, default" + (mayBeAny ? ", any" : "") + " or IPv6 prefixes";
  }

  private static Optional<Inet4Address> routerId(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    try {
      Inet4Address id = IpAddresses.parse4(text);
      if (!id.isAnyLocalAddress() && !id.isMulticastAddress()) {
        return Optional.of(id);
      }
    } catch (IllegalArgumentException e) {
      throw refused("routerId", text, "write it like an IPv4 address, or nothing");
    }
    throw refused("routerId", text, "write an IPv4 address of this host, or nothing");
  }

  private static List<String> entries(String key, String[] values) {
    List<String> entries = new ArrayList<>();
    for (String value : values) {
      for (String entry : value.split(",", -1)) {
        if (!entry.isBlank()) {
          entries.add(entry.strip());
        }
      }
    }
    if (entries.size() > MOST_LISTED) {
      throw refused(key, entries.size() + " entries", "write at most " + MOST_LISTED);
    }
    return entries;
  }

  private static int inRange(String key, int value, int lowest, int highest) {
    if (value < lowest || value > highest) {
      throw refused(key, value, "write a number from " + lowest + " to " + highest);
    }
    return value;
  }

  private static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(PID, key, value, remedy);
  }
}
