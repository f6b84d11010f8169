package org.culvert.lan.radvd;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.culvert.api.service.ServiceException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this machine a router, and lets it hear other routers on its uplinks nevertheless.
 *
 * <p>A kernel that forwards takes router advertisements only on interfaces with {@code accept_ra =
 * 2}, and forgets at once the default routes that the others had from them. So each interface that
 * takes them gets this value first, and so does what comes later. In the LANs this machine is the
 * router, and takes none.
 *
 * <p>The value for new interfaces is the mark by which the next process knows that forwarding was
 * switched on by us. Where somebody else did that, his settings stay.
 */
final class Forwarding {
  private static final Logger LOG = LoggerFactory.getLogger(Forwarding.class);
  private static final String FORWARDING = "net.ipv6.conf.all.forwarding";
  private static final String ACCEPT_RA = "accept_ra";
  private static final String UNLESS_FORWARDING = "1";
  private static final String ALWAYS = "2";
  private static final String NEW = "default";
  private static final String LOOPBACK = "lo";

  private static final Pattern ROUTE = Pattern.compile(" dev (\\S+)");
  private static final Pattern ADDRESS = Pattern.compile("(?m)^[0-9]+: (\\S+) ");

  /** The last word of a line of {@code /proc/net/if_inet6}. */
  private static final Pattern DEVICE = Pattern.compile("(?m)(\\S+)\\s*$");

  /** {@code ARPHRD_TUNNEL}, {@code ARPHRD_TUNNEL6} and {@code ARPHRD_SIT}. */
  private static final Set<String> TUNNELS = Set.of("768", "769", "776");

  private final Programs programs;

  /** Whether this process switched it on. */
  private boolean switchedOn;

  Forwarding(Programs programs) {
    this.programs = programs;
  }

  /** Tells whether packets are forwarded. */
  boolean isOn() throws ServiceException {
    return read("all", "forwarding").equals("1");
  }

  /**
   * Switches forwarding on, if it is not; it stays on, for others may have come to need it.
   *
   * @param lans the interfaces that this machine is the router of
   * @param tunnel the tunnel's device, which its owner sees to
   */
  void switchOn(Set<String> lans, String tunnel) throws ServiceException {
    for (String lan : heeding(lans)) {
      set(Gateway.setting(lan, ACCEPT_RA), UNLESS_FORWARDING);
    }
    if (isOn()) {
      if (isOurs()) {
        Set<String> deaf = deaf(lans, tunnel);
        if (read(NEW, ACCEPT_RA).equals(UNLESS_FORWARDING)) {
          deaf.add(NEW);
        }
        for (String device : deaf) {
          set(Gateway.setting(device, ACCEPT_RA), ALWAYS);
        }
      }
      return;
    }
    keepHearing(lans, tunnel);
    Programs.Result result = set(FORWARDING, "1");
    if (!result.succeeded() || !isOn()) {
      throw ServiceException.lasting(
          FORWARDING + " cannot be switched on: " + result.complaint(), null);
    }
    switchedOn = true;
  }

  /** Returns what is not as it should be while this machine forwards for its LANs. */
  List<Fault> faults(Set<String> lans, String tunnel) throws ServiceException {
    if (!isOn()) {
      return List.of(Fault.ours("IPv6 is not forwarded"));
    }
    List<Fault> wrong = new ArrayList<>();
    for (String lan : heeding(lans)) {
      wrong.add(
          Fault.ours(
              lan + " takes router advertisements, though this machine is the router there"));
    }
    Set<String> deaf = deaf(lans, tunnel);
    boolean ours = isOurs();
    if (!deaf.isEmpty() && !ours) {
      deaf.retainAll(advertised());
    }
    for (String device : deaf) {
      wrong.add(new Fault(device + " takes" + unheard(device), ours));
    }
    // Once this process has ended, the value would say that somebody else made this a router.
    if (switchedOn && read(NEW, ACCEPT_RA).equals(UNLESS_FORWARDING)) {
      wrong.add(Fault.ours("interfaces that come later take" + unheard(NEW)));
    }
    return wrong;
  }

  private static String unheard(String device) {
    return " no router advertisements, since this machine forwards; type: sysctl -w "
        + Gateway.setting(device, ACCEPT_RA)
        + "="
        + ALWAYS;
  }

  private boolean isOurs() throws ServiceException {
    return switchedOn || read(NEW, ACCEPT_RA).equals(ALWAYS);
  }

  private void keepHearing(Set<String> lans, String tunnel) throws ServiceException {
    Set<String> devices = advertised();
    devices.removeAll(lans);
    devices.addAll(uplinks(lans, tunnel));
    devices.add(NEW);
    for (String device : devices) {
      if (!read(device, ACCEPT_RA).equals(UNLESS_FORWARDING)) {
        continue;
      }
      String setting = Gateway.setting(device, ACCEPT_RA);
      Programs.Result result = set(setting, ALWAYS);
      if (!result.succeeded()) {
        throw ServiceException.lasting(
            FORWARDING
                + " is not switched on, for no router would be heard on "
                + device
                + "; type: sysctl -w "
                + setting
                + "=2 ("
                + result.complaint()
                + ")",
            null);
      }
    }
  }

  /** Returns the LANs whose routers would be heard. */
  private Set<String> heeding(Set<String> lans) throws ServiceException {
    Set<String> heeding = new TreeSet<>();
    for (String lan : lans) {
      if (read(lan, ACCEPT_RA).equals(ALWAYS)) {
        heeding.add(lan);
      }
    }
    return heeding;
  }

  /** Returns the uplinks that hear no routers because they forward. */
  private Set<String> deaf(Set<String> lans, String tunnel) throws ServiceException {
    Set<String> deaf = new TreeSet<>();
    for (String device : uplinks(lans, tunnel)) {
      if (read(device, "forwarding").equals("1")) {
        deaf.add(device);
      }
    }
    return deaf;
  }

  /** Returns the interfaces with IPv6 that hear routers unless they forward. */
  private Set<String> uplinks(Set<String> lans, String tunnel) throws ServiceException {
    Set<String> devices = new TreeSet<>();
    DEVICE
        .matcher(programs.read("/proc/net/if_inet6"))
        .results()
        .map(found -> found.group(1))
        .filter(device -> !device.equals(LOOPBACK) && !device.equals(tunnel))
        .filter(device -> !lans.contains(device))
        .forEach(devices::add);
    Set<String> uplinks = new TreeSet<>();
    for (String device : devices) {
      if (read(device, ACCEPT_RA).equals(UNLESS_FORWARDING) && !isTunnel(device)) {
        uplinks.add(device);
      }
    }
    return uplinks;
  }

  private boolean isTunnel(String device) throws ServiceException {
    String folder = "/sys/class/net/" + device + "/";
    return TUNNELS.contains(programs.read(folder + "type").strip())
        || !programs.read(folder + "tun_flags").isEmpty();
  }

  /** Returns the interfaces with a default route or an address that a router advertised. */
  private Set<String> advertised() throws ServiceException {
    Set<String> devices = new TreeSet<>();
    String routes =
        programs.run("", "ip", "-6", "route", "show", "default", "proto", "ra").output();
    ROUTE.matcher(routes).results().forEach(found -> devices.add(found.group(1)));
    String addresses =
        programs
            .run("", "ip", "-6", "-o", "address", "show", "scope", "global", "dynamic")
            .output();
    ADDRESS.matcher(addresses).results().forEach(found -> devices.add(found.group(1)));
    return devices;
  }

  private String read(String device, String name) throws ServiceException {
    return programs.read("/proc/sys/net/ipv6/conf/" + device + "/" + name).strip();
  }

  private Programs.Result set(String setting, String value) throws ServiceException {
    Programs.Result result = programs.run("", "sysctl", "-q", "-w", setting + "=" + value);
    if (result.succeeded()) {
      LOG.info("{}={} is set, and stays so", setting, value);
    }
    return result;
  }
}
