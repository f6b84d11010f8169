package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.culvert.api.netdev.HostConfiguration;
import org.culvert.api.netdev.HostSetting;
import org.culvert.netdev.linux.HostRoutes.Entry;

/**
 * Sees to it that a strict {@code rp_filter} does not drop what comes in by an interface because
 * the answer would leave by another: the kernel filters IPv4 so, and no IPv6.
 *
 * <p>That is so on an interface whose default route is worse than the tunnel's. Loose filtering
 * asks only that there is a way.
 */
final class ReversePath {
  private static final int STRICT = 1;
  private static final int LOOSE = 2;

  private ReversePath() {}

  /** Returns the interfaces that it matters on, whose packets are answered through a tunnel. */
  static Set<String> configure(HostConfiguration wanted, HostView host, Findings findings)
      throws IOException {
    boolean allowed = wanted.allowed().contains(HostSetting.REVERSE_PATH);
    Set<String> others = new TreeSet<>();
    for (Entry ours : defaultRoutes(host)) {
      for (Entry other : defaultRoutes(host)) {
        String device = host.names().getOrDefault(other.route().device(), "");
        boolean better = Integer.compareUnsigned(ours.route().metric(), other.route().metric()) < 0;
        if (ours.isOurs() && !other.isOurs() && better) {
          others.add(device);
          if (isStrict(device)) {
            String tunnel = host.names().getOrDefault(ours.route().device(), "");
            loosen(device, tunnel, allowed, findings);
          }
        }
      }
    }
    return others;
  }

  /** Tells whether one of these interfaces drops what is answered through a tunnel. */
  static boolean isAnyStrict(Set<String> devices) throws IOException {
    for (String device : devices) {
      if (isStrict(device)) {
        return true;
      }
    }
    return false;
  }

  private static List<Entry> defaultRoutes(HostView host) {
    return host.routes().stream()
        .filter(entry -> entry.route().table() == HostRequests.RT_TABLE_MAIN)
        .filter(entry -> entry.route().destination().length() == 0)
        .filter(entry -> Family.of(entry.route().destination().network()) == Family.IPV4)
        .filter(entry -> host.names().containsKey(entry.route().device()))
        .toList();
  }

  /** The kernel takes the larger of the two. */
  private static boolean isStrict(String device) throws IOException {
    int all = Sysctl.of("ipv4", "conf", "all", "rp_filter").value().orElse(0);
    int own = Sysctl.ofDevice("ipv4", device, "rp_filter").value().orElse(0);
    return Math.max(all, own) == STRICT;
  }

  private static void loosen(String device, String tunnel, boolean allowed, Findings findings) {
    Sysctl setting = Sysctl.ofDevice("ipv4", device, "rp_filter");
    String told =
        "interface "
            + device
            + " drops IPv4 packets whose answer would leave through the tunnel ("
            + tunnel
            + ")";
    if (!allowed) {
      findings.missing(
          told + "; add reversePath to hostSettings, or type: " + setting.command(LOOSE));
      return;
    }
    try {
      setting.set(LOOSE);
      findings.changed(setting.name() + "=2 is set, and stays so: " + told);
    } catch (IOException e) {
      findings.missing(
          told
              + "; it cannot be set ("
              + e.getMessage()
              + "); as root, type: "
              + setting.command(LOOSE));
    }
  }
}
