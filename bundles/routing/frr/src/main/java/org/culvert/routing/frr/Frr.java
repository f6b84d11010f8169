package org.culvert.routing.frr;

import java.net.Inet4Address;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.service.ServiceException;

/**
 * What FRR is at this moment.
 *
 * @param daemons the daemons that answer
 * @param hasIpv4 whether it has an IPv4 address to take a router identifier from
 * @param running its configuration
 * @param owned which of it belongs to which tunnel
 */
record Frr(Set<String> daemons, boolean hasIpv4, RunningConfig running, Owned owned) {
  private static final String ZEBRA = "zebra";

  private static final Pattern VERSION = Pattern.compile("FRRouting ([0-9]{1,3})\\.([0-9]{1,3})");
  private static final Pattern DAEMONS = Pattern.compile("(?m)^ ([a-z0-9]+(?: [a-z0-9]+)*)");
  private static final Pattern CONFIGURATION = Pattern.compile("(?m)^Current configuration:");
  private static final int MAJOR = 8;
  private static final int MINOR = 4;
  private static final int FIRST_OCTETS = 223;

  /** Copies the set. */
  Frr {
    daemons = Set.copyOf(daemons);
  }

  /**
   * Asks FRR for everything, changing nothing.
   *
   * @throws ServiceException if it is not there, does not answer or is too old
   */
  static Frr ask(Vtysh vtysh) throws ServiceException {
    String about = vtysh.ask("show version", "show daemons", "show ip route connected json");
    Matcher version = VERSION.matcher(about);
    if (!version.find()) {
      throw silence(about);
    }
    checkVersion(Integer.parseInt(version.group(1)), Integer.parseInt(version.group(2)));
    String running = vtysh.ask("show running-config");
    if (!CONFIGURATION.matcher(running).find()) {
      throw ServiceException.passing("FRR does not show its configuration", null);
    }
    RunningConfig parsed = RunningConfig.parse(running);
    return new Frr(daemons(about), about.contains("\"prefix\""), parsed, Owned.in(parsed));
  }

  /**
   * Refuses to go on without a daemon.
   *
   * @throws ServiceException if it does not answer, which may pass
   */
  void need(String daemon) throws ServiceException {
    if (!daemons.contains(daemon)) {
      throw ServiceException.passing("FRR's " + daemon + " is not running", null);
    }
  }

  /** Returns a router identifier for a host without IPv4: any will do that no other has. */
  Optional<Inet4Address> fallbackId(byte[] seed) {
    if (hasIpv4) {
      return Optional.empty();
    }
    int hash = Arrays.hashCode(seed);
    byte[] id = {
      (byte) (1 + Math.floorMod(hash >> 24, FIRST_OCTETS)),
      (byte) (hash >> 16),
      (byte) (hash >> 8),
      (byte) hash
    };
    return Optional.of((Inet4Address) IpAddresses.of(id));
  }

  private static ServiceException silence(String about) {
    if (about.contains("failed to connect")) {
      return about.toLowerCase(Locale.ROOT).contains("permission denied")
          ? ServiceException.lasting(
              "FRR may not be spoken to: run as root, or as a member of the group frrvty", null)
          : ServiceException.passing("FRR is not running: none of its daemons answers", null);
    }
    return Refusal.in(about, 1).orElseThrow().toException();
  }

  private static Set<String> daemons(String about) {
    Matcher matcher = DAEMONS.matcher(about);
    while (matcher.find()) {
      Set<String> names = Arrays.stream(matcher.group(1).split(" ")).collect(Collectors.toSet());
      if (names.stream().anyMatch(name -> name.equals(ZEBRA) || name.endsWith("d"))) {
        return names;
      }
    }
    return Set.of();
  }

  private static void checkVersion(int major, int minor) throws ServiceException {
    if (major < MAJOR || (major == MAJOR && minor < MINOR)) {
      throw ServiceException.lasting(
          "FRR " + major + "." + minor + " is too old: " + MAJOR + "." + MINOR + " is needed",
          null);
    }
  }
}
