package org.culvert.lan.radvd;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.culvert.api.net.InterfaceAddress;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The gateway's own addresses, routes and forwarding, by {@code ip} and {@code sysctl}.
 *
 * <p>{@code NetworkDevices} does not fit: it sets a device's MTU, and knows no routes that lead
 * nowhere.
 */
final class Gateway {
  private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
  private static final String FORWARDING = "net.ipv6.conf.all.forwarding";
  private static final Pattern LINK = Pattern.compile("<([^>]*)> mtu ([0-9]{1,9})");

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
    Programs.Result result = programs.run("", "ip", "-o", "link", "show", "dev", device);
    Matcher matcher = LINK.matcher(result.output());
    return result.succeeded() && matcher.find()
        ? Optional.of(
            new Link(
                ("," + matcher.group(1) + ",").contains(",UP,"),
                Integer.parseInt(matcher.group(2))))
        : Optional.empty();
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
    String wanted = " " + address + " ";
    return programs
        .run("", "ip", "-6", "-o", "address", "show", "dev", device)
        .output()
        .lines()
        .anyMatch(line -> line.contains(wanted));
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

  /** Tells whether packets are forwarded. */
  boolean forwards() throws ServiceException {
    return programs.run("", "sysctl", "-n", FORWARDING).output().strip().equals("1");
  }

  /** Switches forwarding on. It stays on: others may have come to need it. */
  void forward() throws ServiceException {
    if (forwards()) {
      return;
    }
    Programs.Result result = programs.run("", "sysctl", "-q", "-w", FORWARDING + "=1");
    if (!result.succeeded() || !forwards()) {
      throw ServiceException.lasting(
          FORWARDING + " cannot be switched on: " + result.complaint(), null);
    }
    LOG.info("{} is switched on, and stays so", FORWARDING);
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
