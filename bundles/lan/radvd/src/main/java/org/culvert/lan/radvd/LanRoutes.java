package org.culvert.lan.radvd;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.ServiceException;

/**
 * The routes that the kernel makes with the addresses of a LAN's interface: to the hosts there, to
 * this machine itself, to neighbors and to groups. Whoever flushes them leaves the addresses in
 * place, and nothing works. So they are put back as the kernel had them.
 */
final class LanRoutes {
  private static final Pattern SPACES = Pattern.compile(" +");

  /** Of {@code /proc/net/if_inet6}: address, index, length, scope, flags, device. */
  private static final int COLUMNS = 6;

  private static final int SCOPE = 3;
  private static final int FLAGS = 4;

  private static final String OF_LINK = "20";

  /** {@code IFA_F_TENTATIVE}: it has no route before it is known to be nobody else's. */
  private static final int TENTATIVE = 0x40;

  private static final IpPrefix NEIGHBORS = IpPrefix.parse("fe80::/64");
  private static final IpPrefix GROUPS = IpPrefix.parse("ff00::/8");

  private final Programs programs;

  LanRoutes(Programs programs) {
    this.programs = programs;
  }

  /** Returns the destinations that have no route, as {@code ip} writes them. */
  List<String> missing(Subnet subnet) throws ServiceException {
    return List.copyOf(lacking(subnet).keySet());
  }

  /** Adds what is missing. */
  void restore(Subnet subnet) throws ServiceException {
    Map<String, String> lacking = lacking(subnet);
    if (lacking.isEmpty()) {
      return;
    }
    Programs.Result result =
        batch(lacking.values().stream().map(route -> "route replace " + route).toList());
    if (!result.succeeded()) {
      throw ServiceException.passing(
          "the routes of " + subnet.device() + ": " + result.complaint(), null);
    }
  }

  /** Takes away what the kernel does not take with the address: its own has another metric. */
  void remove(Subnet subnet) throws ServiceException {
    var unused = batch(List.of("route delete " + toSelf(subnet)));
  }

  private static String toSelf(Subnet subnet) {
    return toSelf(IpAddresses.text(subnet.gateway().address()), subnet.device());
  }

  private static String toSelf(String address, String device) {
    return "local " + address + " dev " + device + " table local proto kernel metric 1024";
  }

  /** Returns what there should be and is not, as it is shown and as it is added. */
  private Map<String, String> lacking(Subnet subnet) throws ServiceException {
    Map<String, String> wanted = wanted(subnet);
    String device = subnet.device();
    // In whatever table: an interface may be in a routing domain of its own.
    List<String> shown =
        batch(
                wanted.keySet().stream()
                    .map(route -> route.substring(route.indexOf(' ') + 1))
                    .map(to -> "route show table all exact " + to + " dev " + device)
                    .toList())
            .output()
            .lines()
            .filter(line -> !line.contains(" via "))
            .toList();
    wanted
        .keySet()
        .removeIf(route -> shown.stream().anyMatch(line -> line.startsWith(route + " ")));
    return wanted;
  }

  private Map<String, String> wanted(Subnet subnet) throws ServiceException {
    String end = " dev " + subnet.device();
    String kernels = end + " proto kernel metric 256";
    Map<String, String> wanted = new LinkedHashMap<>();
    wanted.put(onLink(subnet).toString(), onLink(subnet) + kernels);
    for (String line : programs.read("/proc/net/if_inet6").lines().toList()) {
      String[] words = SPACES.split(line.strip());
      if (words.length != COLUMNS || !words[COLUMNS - 1].equals(subnet.device())) {
        continue;
      }
      boolean settled = (Integer.parseInt(words[FLAGS], 16) & TENTATIVE) == 0;
      String address = IpAddresses.text(IpAddresses.of(HexFormat.of().parseHex(words[0])));
      boolean ofLink = words[SCOPE].equals(OF_LINK);
      boolean own = address.equals(IpAddresses.text(subnet.gateway().address()));
      if (settled && (ofLink || own)) {
        wanted.put("local " + address, toSelf(address, subnet.device()));
      }
      if (settled && ofLink) {
        wanted.put(NEIGHBORS.toString(), NEIGHBORS + kernels);
        wanted.put("multicast " + GROUPS, "multicast " + GROUPS + kernels + " table local");
      }
    }
    return wanted;
  }

  private static IpPrefix onLink(Subnet subnet) {
    return IpPrefix.containing(subnet.gateway().address(), subnet.gateway().length());
  }

  /** One call for all; what fails keeps nothing else back. */
  private Programs.Result batch(List<String> commands) throws ServiceException {
    List<String> lines = new ArrayList<>(commands);
    lines.add("");
    return programs.run(String.join("\n", lines), "ip", "-6", "-force", "-batch", "-");
  }
}
