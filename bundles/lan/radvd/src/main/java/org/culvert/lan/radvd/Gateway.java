package org.culvert.lan.radvd;

import java.util.HexFormat;
import java.util.Optional;
import java.util.regex.Pattern;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;

/**
 * The gateway's own addresses and routes, by {@code ip}.
 *
 * <p>{@code NetworkDevices} does not fit: it sets a device's MTU, and knows no routes that lead
 * nowhere.
 */
final class Gateway {
  private static final Pattern HEX = Pattern.compile("0x[0-9a-f]{1,7}");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
  private static final Pattern SPACES = Pattern.compile(" +");

  /** The bit of a device's flags that says that it is up. */
  private static final int UP = 1;

  /** Of {@code /proc/net/if_inet6}: address, index, length, scope, flags, device. */
  private static final int COLUMNS = 6;

  /** The number of our routes, as the devices' service has it. */
  private static final String PROTOCOL = "199";

  /** Whatever else leads to the same prefix goes before it. */
  private static final String METRIC = "2147483647";

  private final Programs programs;

  Gateway(Programs programs) {
    this.programs = programs;
  }

  /** Returns how a device stands; empty if it is not there. */
  Optional<Link> link(String device) throws ServiceException {
    String flags = programs.read("/sys/class/net/" + device + "/flags").strip();
    String mtu = programs.read("/sys/class/net/" + device + "/mtu").strip();
    return HEX.matcher(flags).matches() && NUMBER.matcher(mtu).matches()
        ? Optional.of(new Link((Integer.decode(flags) & UP) != 0, Integer.parseInt(mtu)))
        : Optional.empty();
  }

  /** Tells whether a device has IPv6 at all. */
  boolean speaksIpv6(String device) throws ServiceException {
    return programs.read("/proc/sys/net/ipv6/conf/" + device + "/disable_ipv6").strip().equals("0");
  }

  /** Names a device's setting, as {@code sysctl} takes it. */
  static String setting(String device, String name) {
    return "net.ipv6.conf." + device.replace('.', '/') + "." + name;
  }

  void add(String device, InterfaceAddress address) throws ServiceException {
    ip("address", "replace", address.toString(), "dev", device);
  }

  /** Takes an address away; does nothing if it is not there. */
  void remove(String device, InterfaceAddress address) throws ServiceException {
    if (has(device, address)) {
      ip("address", "delete", address.toString(), "dev", device);
    }
  }

  /** Tells whether a device has an address. */
  boolean has(String device, InterfaceAddress address) throws ServiceException {
    String octets = HexFormat.of().formatHex(address.address().getAddress());
    String length = String.format("%02x", address.length());
    return programs
        .read("/proc/net/if_inet6")
        .lines()
        .map(line -> SPACES.split(line.strip()))
        .anyMatch(
            words ->
                words.length == COLUMNS
                    && words[0].equals(octets)
                    && words[2].equals(length)
                    && words[COLUMNS - 1].equals(device));
  }

  /** Lets what leads nowhere within a prefix end here, and not go back into the tunnel. */
  void end(IpPrefix prefix) throws ServiceException {
    ip("route", "replace", "unreachable", prefix.toString(), "proto", PROTOCOL, "metric", METRIC);
  }

  /** Takes that back; does nothing if it is not there. */
  void unend(IpPrefix prefix) throws ServiceException {
    if (ends(prefix)) {
      ip("route", "delete", "unreachable", prefix.toString(), "proto", PROTOCOL, "metric", METRIC);
    }
  }

  /** Tells whether what leads nowhere within a prefix ends here. */
  boolean ends(IpPrefix prefix) throws ServiceException {
    return programs
        .run("", "ip", "-6", "-N", "route", "show", "exact", prefix.toString(), "proto", PROTOCOL)
        .output()
        .contains(METRIC);
  }

  private void ip(String... arguments) throws ServiceException {
    String[] argv = new String[arguments.length + 1];
    argv[0] = "-6";
    System.arraycopy(arguments, 0, argv, 1, arguments.length);
    Programs.Result result = programs.run("", "ip", argv);
    if (!result.succeeded()) {
      throw ServiceException.passing(
          "ip " + String.join(" ", arguments) + ": " + result.complaint(), null);
    }
  }

  /**
   * A device.
   *
   * @param up whether it is up
   * @param mtu its MTU in octets
   */
  record Link(boolean up, int mtu) {}
}
