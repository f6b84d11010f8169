package org.culvert.lan.radvd;

import java.net.Inet6Address;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.config.InvalidConfigurationException;
import org.culvert.api.net.IpAddresses;
import org.culvert.lan.radvd.LanSettings.Lan;
import org.culvert.lan.radvd.LanSettings.Opening;

/** Turns what the operator wrote into {@link LanSettings}, or refuses it by name. */
final class SettingsReader {
  private static final int MOST_LANS = 64;
  private static final int MOST_OPENINGS = 32;

  /** RFC 8106 allows more, but hosts keep no more than three. */
  private static final int MOST_RESOLVERS = 3;

  private static final int LONGEST_LIFETIME = 2_592_000;

  /** RFC 8319 section 4. */
  private static final int LONGEST_ROUTER_LIFETIME = 65_535;

  private static final int LONGEST_FAREWELL = 7_200;

  private SettingsReader() {}

  static LanSettings from(RadvdPrefixService.Config config) {
    int valid = within("validLifetime", config.validLifetime(), 60, LONGEST_LIFETIME);
    int preferred = within("preferredLifetime", config.preferredLifetime(), 30, LONGEST_LIFETIME);
    if (preferred > valid) {
      throw refused("preferredLifetime", preferred, "it is above validLifetime; lower it");
    }
    return new LanSettings(
        lans(config.interfaces()),
        address(config.address()),
        config.announce(),
        resolvers(config.resolvers()),
        Duration.ofSeconds(preferred),
        Duration.ofSeconds(valid),
        Duration.ofSeconds(
            within("routerLifetime", config.routerLifetime(), 30, LONGEST_ROUTER_LIFETIME)),
        Duration.ofSeconds(within("farewell", config.farewell(), 0, LONGEST_FAREWELL)),
        radvd(config.radvd()),
        directory(config.directory()),
        config.forwarding(),
        config.firewall(),
        open(config.open()));
  }

  private static List<Lan> lans(String[] values) {
    List<Lan> lans = new ArrayList<>();
    Set<Object> taken = new HashSet<>();
    for (String text : split(values)) {
      Lan lan = lan(text);
      if (!taken.add(lan.device())
          || lan.subnet().filter(number -> !taken.add(number)).isPresent()) {
        throw refused("interfaces", text, "the interface or its number is there twice");
      }
      lans.add(lan);
    }
    if (lans.isEmpty() || lans.size() > MOST_LANS) {
      throw refused(
          "interfaces",
          String.join(",", values),
          "name 1 to " + MOST_LANS + " interfaces, for example eth1, eth2=5");
    }
    return lans;
  }

  private static Lan lan(String text) {
    int equals = text.indexOf('=');
    String device = equals < 0 ? text : text.substring(0, equals);
    if (!DeviceName.fits(device)) {
      throw refused(
          "interfaces", text, "write 1 to 15 of the characters a-z, A-Z, 0-9, '.', '_', '-'");
    }
    if (equals < 0) {
      return new Lan(device, Optional.empty());
    }
    String number = text.substring(equals + 1);
    try {
      if (number.matches("[0-9]{1,15}")) {
        return new Lan(device, Optional.of(Long.parseLong(number)));
      }
      if (number.matches("0x[0-9A-Fa-f]{1,12}")) {
        return new Lan(device, Optional.of(Long.parseLong(number.substring(2), 16)));
      }
    } catch (NumberFormatException e) {
      throw notANumber(text);
    }
    throw notANumber(text);
  }

  private static InvalidConfigurationException notANumber(String text) {
    return refused("interfaces", text, "write a number behind the sign, for example eth1=5");
  }

  private static Inet6Address address(String value) {
    Inet6Address address = address6("address", value.strip());
    byte[] octets = address.getAddress();
    boolean own = false;
    for (int i = 0; i < octets.length; i++) {
      if (i < 8 && octets[i] != 0) {
        throw refused("address", value, "write its last 64 bits only, for example ::1");
      }
      own |= octets[i] != 0;
    }
    if (!own) {
      throw refused("address", value, "this is every router's address; write for example ::1");
    }
    return address;
  }

  private static List<Inet6Address> resolvers(String[] values) {
    List<Inet6Address> resolvers =
        split(values).stream().map(text -> address6("resolvers", text)).toList();
    if (resolvers.size() > MOST_RESOLVERS) {
      throw refused(
          "resolvers",
          String.join(",", values),
          "hosts keep no more than " + MOST_RESOLVERS + "; name fewer");
    }
    return resolvers;
  }

  private static Inet6Address address6(String key, String text) {
    try {
      return IpAddresses.parse6(text);
    } catch (IllegalArgumentException e) {
      throw refused(key, text, "write an IPv6 address");
    }
  }

  private static String radvd(String value) {
    if (!value.matches("(/[A-Za-z0-9._+-]+)*/?[A-Za-z0-9._+-]+")) {
      throw refused("radvd", value, "write the program's name or its full path");
    }
    return value;
  }

  private static Path directory(String value) {
    try {
      Path directory =
          value.isBlank()
              ? Path.of(System.getProperty("karaf.data", "data"), "culvert", "lan-radvd")
              : Path.of(value.strip());
      return directory.toAbsolutePath();
    } catch (InvalidPathException e) {
      throw refused("directory", value, "it is no directory's name");
    }
  }

  private static List<Opening> open(String[] values) {
    List<Opening> open = new ArrayList<>();
    for (String text : split(values)) {
      if (!text.matches("(tcp|udp)/[1-9][0-9]{0,4}")) {
        throw refused("open", text, "write for example tcp/53 or udp/53");
      }
      int port = Integer.parseInt(text.substring(4));
      open.add(new Opening(text.substring(0, 3), within("open", port, 1, 65_535)));
    }
    if (open.size() > MOST_OPENINGS) {
      throw refused(
          "open", String.join(",", values), "name no more than " + MOST_OPENINGS + " services");
    }
    return open;
  }

  private static List<String> split(String[] values) {
    return Arrays.stream(values)
        .flatMap(value -> Arrays.stream(value.split("[,\\s]+")))
        .filter(text -> !text.isEmpty())
        .toList();
  }

  private static int within(String key, int value, int least, int most) {
    if (value < least || value > most) {
      throw refused(key, value, "write a number from " + least + " to " + most);
    }
    return value;
  }

  private static InvalidConfigurationException refused(String key, Object value, String remedy) {
    return new InvalidConfigurationException(RadvdPrefixService.PID, key, value, remedy);
  }
}
