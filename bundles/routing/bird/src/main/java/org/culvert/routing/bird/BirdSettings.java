package org.culvert.routing.bird;

import java.net.Inet6Address;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.RoutingProtocol;

/**
 * What the operator decided about routing by BIRD.
 *
 * @param socket BIRD's control socket
 * @param directory where BIRD reads a file for each tunnel
 * @param table the routing table of BIRD that the kernel's routes are made from
 * @param timeout how long BIRD may take for one change
 * @param protocols what may be agreed on
 * @param announced what a server announces to its clients
 * @param longest the length of the longest part of its prefix that a client may announce
 * @param limits how much a server takes from a client
 * @param accepted what a client accepts
 * @param acceptedLimits how much a client takes from a server
 * @param timers the protocols' timers
 * @param ttlSecurity whether BGP's packets must come from the tunnel's other end (RFC 5082)
 */
record BirdSettings(
    Path socket,
    Path directory,
    String table,
    Duration timeout,
    Set<RoutingProtocol> protocols,
    RoutePolicy announced,
    int longest,
    Limits limits,
    RoutePolicy accepted,
    Limits acceptedLimits,
    Timers timers,
    boolean ttlSecurity) {

  static final String PID = "org.culvert.routing.bird";
  static final Path USUAL_SOCKET = Path.of("/run/bird/bird.ctl");
  static final Path USUAL_DIRECTORY = Path.of("/etc/bird/culvert");

  private static final Set<RoutingProtocol> SPOKEN =
      Set.of(RoutingProtocol.BGP, RoutingProtocol.OSPF, RoutingProtocol.RIP);
  private static final Pattern PATH = Pattern.compile("/[A-Za-z0-9_./@-]{1,100}");
  private static final Pattern SYMBOL = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,31}");
  private static final int MOST_LISTED = 64;
  private static final int HOLD_FACTOR = 3;

  /**
   * How many prefixes are taken from the other end.
   *
   * @param accepted how many are used; more are passed over
   * @param received how many may come at all, the refused ones with them
   */
  record Limits(int accepted, int received) {}

  /**
   * The protocols' timers, all in seconds.
   *
   * @param keepAlive BGP's keepalive interval
   * @param hold BGP's hold time
   * @param connect how long BGP waits before it tries again to connect
   * @param ospfHello OSPF's hello interval
   * @param ripUpdate RIPng's update interval
   */
  record Timers(int keepAlive, int hold, int connect, int ospfHello, int ripUpdate) {}

  /** Copies the set. */
  BirdSettings {
    protocols = Set.copyOf(protocols);
  }

  static BirdSettings from(BirdRouting.Config config) {
    return new BirdSettings(
        path("socket", config.socket(), "write BIRD's control socket, by its whole path"),
        path("directory", config.directory(), "write the directory that bird.conf includes"),
        table(config.table().strip()),
        Duration.ofSeconds(inRange("timeout", config.timeout(), 1, 12)),
        protocols(config.protocols()),
        policy("announce", config.announce(), false),
        inRange("longestPrefix", config.longestPrefix(), 48, 128),
        limits("", config.maximumPrefixes(), config.maximumReceived()),
        policy("client.accept", config.client_accept(), true),
        limits("client.", config.client_maximumPrefixes(), config.client_maximumReceived()),
        timers(config),
        config.ttlSecurity());
  }

  private static Path path(String key, String text, String remedy) {
    String stripped = text.strip();
    // What BIRD's configuration or a glob could read otherwise is refused.
    if (!PATH.matcher(stripped).matches()) {
      throw refused(key, text, remedy);
    }
    return Path.of(stripped).normalize();
  }

  private static String table(String text) {
    if (!SYMBOL.matcher(text).matches()) {
      throw refused("table", text, "write the name of a routing table of BIRD, such as master6");
    }
    return text;
  }

  private static Timers timers(BirdRouting.Config config) {
    int keepAlive = inRange("keepAlive", config.keepAlive(), 1, 21_845);
    int hold = inRange("holdTime", config.holdTime(), 3, 65_535);
    if (hold < HOLD_FACTOR * keepAlive) {
      throw refused("holdTime", hold, "write at least three times keepAlive");
    }
    return new Timers(
        keepAlive,
        hold,
        inRange("connectRetry", config.connectRetry(), 1, 3600),
        inRange("ospf.hello", config.ospf_hello(), 1, 3600),
        inRange("rip.update", config.rip_update(), 1, 3600));
  }

  private static Limits limits(String where, int accepted, int received) {
    int taken = inRange(where + "maximumPrefixes", accepted, 1, 10_000_000);
    if (received < taken) {
      throw refused(where + "maximumReceived", received, "write at least maximumPrefixes");
    }
    return new Limits(taken, inRange(where + "maximumReceived", received, 1, 10_000_000));
  }

  private static Set<RoutingProtocol> protocols(String[] values) {
    Set<RoutingProtocol> protocols = new LinkedHashSet<>();
    for (String value : entries("protocols", values)) {
      protocols.add(protocol(value));
    }
    return protocols;
  }

  private static RoutingProtocol protocol(String value) {
    try {
      RoutingProtocol protocol = RoutingProtocol.of(value);
      if (SPOKEN.contains(protocol)) {
        return protocol;
      }
    } catch (IllegalArgumentException e) {
      throw refused("protocols", value, "write bgp, ospf or rip; this is " + e.getMessage());
    }
    throw refused("protocols", value, "write bgp, ospf or rip");
  }

  private static RoutePolicy policy(String key, String[] values, boolean mayBeAny) {
    List<String> entries = entries(key, values);
    String alone = entries.size() == 1 ? entries.get(0).toLowerCase(Locale.ROOT) : "";
    if (alone.equals("any") && mayBeAny) {
      return RoutePolicy.ANY;
    }
    if (alone.equals("none") || entries.isEmpty()) {
      return RoutePolicy.NONE;
    }
    List<IpPrefix> prefixes = new ArrayList<>();
    for (String entry : entries) {
      prefixes.add(
          entry.equalsIgnoreCase("default") ? RoutePolicy.ALL : prefix(key, entry, mayBeAny));
    }
    return new RoutePolicy(false, prefixes);
  }

  private static IpPrefix prefix(String key, String entry, boolean mayBeAny) {
    String remedy = "write none, default" + (mayBeAny ? ", any" : "") + " or IPv6 prefixes";
    try {
      IpPrefix prefix = IpPrefix.parse(entry);
      if (prefix.network() instanceof Inet6Address) {
        return prefix;
      }
    } catch (IllegalArgumentException e) {
      throw refused(key, entry, remedy + "; this is " + e.getMessage());
    }
    throw refused(key, entry, remedy);
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
