package org.culvert.lan.radvd;

import java.net.Inet6Address;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.culvert.api.net.IpAddresses;

/** Writes what radvd shall announce (RFC 4861, RFC 8106, RFC 9096). */
final class RadvdConf {
  /** Hosts hear of a new prefix within minutes even if they missed what was said at once. */
  private static final long LONGEST_INTERVAL = 200;

  /** What is shorter, hosts do not believe unless less than this is left (RFC 4862 5.5.3). */
  private static final long TWO_HOURS = 7_200;

  private final LanSettings settings;

  RadvdConf(LanSettings settings) {
    this.settings = settings;
  }

  /**
   * Writes the file.
   *
   * @param present what is announced; empty: that there is no way out any more
   * @param retired what was announced, and shall not be used for anything new
   * @param mtu the tunnel's MTU
   */
  String text(List<Subnet> present, List<Subnet> retired, int mtu, List<Inet6Address> resolvers) {
    Map<String, List<Subnet>> devices = new LinkedHashMap<>();
    present.forEach(s -> devices.computeIfAbsent(s.device(), d -> new ArrayList<>()).add(s));
    retired.forEach(s -> devices.computeIfAbsent(s.device(), d -> new ArrayList<>()).add(s));
    StringBuilder text = new StringBuilder("# Written by Culvert; changes are lost.\n");
    devices.forEach(
        (device, subnets) -> {
          boolean router = present.stream().anyMatch(s -> s.device().equals(device));
          text.append("interface ").append(device).append(" {\n");
          line(text, "  AdvSendAdvert on");
          line(text, "  IgnoreIfMissing on");
          long most = Math.min(LONGEST_INTERVAL, settings.routerLifetime().toSeconds() / 3);
          line(text, "  MaxRtrAdvInterval " + most);
          line(text, "  MinRtrAdvInterval " + Math.max(3, most / 3));
          line(
              text, "  AdvDefaultLifetime " + (router ? settings.routerLifetime().toSeconds() : 0));
          if (router) {
            line(text, "  AdvLinkMTU " + mtu);
          }
          for (Subnet subnet : subnets) {
            prefix(text, subnet, present.contains(subnet));
          }
          if (router && !resolvers.isEmpty()) {
            text.append("  RDNSS");
            resolvers.forEach(r -> text.append(' ').append(IpAddresses.text(r)));
            text.append(" {\n");
            line(text, "    AdvRDNSSLifetime " + settings.routerLifetime().toSeconds());
            text.append("  };\n");
          }
          text.append("};\n");
        });
    return text.toString();
  }

  private void prefix(StringBuilder text, Subnet subnet, boolean present) {
    Duration valid = settings.validLifetime();
    text.append("  prefix ").append(subnet.prefix()).append(" {\n");
    line(text, "    AdvOnLink on");
    line(text, "    AdvAutonomous on");
    if (present) {
      line(text, "    AdvValidLifetime " + valid.toSeconds());
      line(text, "    AdvPreferredLifetime " + settings.preferredLifetime().toSeconds());
      line(text, "    DeprecatePrefix on");
    } else {
      line(text, "    AdvValidLifetime " + Math.min(valid.toSeconds(), TWO_HOURS));
      line(text, "    AdvPreferredLifetime 0");
    }
    text.append("  };\n");
  }

  private static void line(StringBuilder text, String words) {
    text.append(words).append(";\n");
  }
}
