package org.culvert.netdev.linux;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.HostService;

/** The services of a host that are open to tunnels, in the words of {@code nft}. */
final class ServiceRules {
  private ServiceRules() {}

  /** Says what the services are, those alike but for who asks in one rule. */
  static List<String> of(Set<HostService> open) {
    Map<String, Set<IpPrefix>> sources = new LinkedHashMap<>();
    Set<String> forAll = new TreeSet<>();
    for (HostService service : open) {
      String what = what(service);
      if (service.from().isEmpty()) {
        forAll.add(what);
      } else {
        String version = service.from().get().network() instanceof Inet4Address ? "ip" : "ip6";
        sources
            .computeIfAbsent(version + " saddr %s " + what, key -> new HashSet<>())
            .add(service.from().get());
      }
    }
    List<String> rules = new ArrayList<>(forAll);
    sources.entrySet().stream()
        .map(
            entry ->
                entry
                    .getKey()
                    .formatted(
                        "{ "
                            + FilterRules.disjoint(entry.getValue())
                                .sorted()
                                .collect(Collectors.joining(", "))
                            + " }"))
        .sorted()
        .forEach(rules::add);
    return rules;
  }

  private static String what(HostService service) {
    String at =
        service
            .at()
            .map(
                address ->
                    (address instanceof Inet4Address ? "ip daddr " : "ip6 daddr ")
                        + IpAddresses.uncompressed(address)
                        + " ")
            .orElse("");
    if (service.port() == 0) {
      return at + "meta l4proto " + service.protocol();
    }
    return at
        + (service.protocol() == HostService.TCP ? "tcp" : "udp")
        + " dport "
        + service.port();
  }
}
