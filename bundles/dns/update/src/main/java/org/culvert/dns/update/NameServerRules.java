package org.culvert.dns.update;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.status.StatusCode;
import org.culvert.api.status.TspException;
import org.xbill.DNS.Name;

/**
 * Decides which name servers a reverse zone may be delegated to: hosts of the Internet or of the
 * client's own prefix, and never a name or server that is the operator's, since resolvers would be
 * sent to it for nothing.
 */
final class NameServerRules {
  private static final IpPrefix GLOBAL = IpPrefix.parse("2000::/3");
  private static final List<IpPrefix> NOT_GLOBAL =
      List.of(
          IpPrefix.parse("0.0.0.0/8"),
          IpPrefix.parse("10.0.0.0/8"),
          IpPrefix.parse("100.64.0.0/10"),
          IpPrefix.parse("127.0.0.0/8"),
          IpPrefix.parse("169.254.0.0/16"),
          IpPrefix.parse("172.16.0.0/12"),
          IpPrefix.parse("192.0.0.0/24"),
          IpPrefix.parse("192.168.0.0/16"),
          IpPrefix.parse("198.18.0.0/15"),
          IpPrefix.parse("224.0.0.0/3"),
          // Teredo and 6to4 lead to the IPv4 addresses that they contain, whichever these are.
          IpPrefix.parse("2001::/32"),
          IpPrefix.parse("2002::/16"));

  /** Top labels that no name server of the Internet is under (RFC 6761, RFC 7686, RFC 9476). */
  private static final Set<String> NOT_PUBLIC =
      Set.of("alt", "internal", "invalid", "local", "localhost", "onion", "test");

  private final DelegationRule rule;
  private final int most;
  private final Zones zones;
  private final InetAddress ownServer;
  private final Set<Name> forbidden;

  /** Who may have a reverse zone delegated. */
  enum DelegationRule {
    /** Everybody. */
    ALLOW,
    /** Users with an account. */
    ACCOUNTS,
    /** Nobody. */
    REFUSE
  }

  /**
   * @param most how many name servers a client may name
   * @param ownServer the server that is updated
   * @param forbidden names that are never taken
   */
  NameServerRules(
      DelegationRule rule, int most, Zones zones, InetAddress ownServer, List<Name> forbidden) {
    this.rule = rule;
    this.most = most;
    this.zones = zones;
    this.ownServer = ownServer;
    this.forbidden = new HashSet<>(forbidden);
  }

  /**
   * Lets a request pass whose delegation can be granted.
   *
   * @param own the name that the tunnel gets
   * @throws TspException with 509 if not
   */
  void check(NameRequest request, Optional<Name> own) {
    if (request.dnsServers().isEmpty()) {
      return;
    }
    if (rule == DelegationRule.REFUSE || (rule == DelegationRule.ACCOUNTS && request.anonymous())) {
      throw refused("no reverse zone is delegated to this user");
    }
    if (request.dnsServers().size() > most) {
      throw refused("more than " + most + " name servers");
    }
    IpPrefix prefix = request.prefix().orElseThrow(() -> refused("there is no prefix to delegate"));
    List<Name> cuts = delegable(prefix);
    boolean addresses = false;
    for (DnsServer server : request.dnsServers()) {
      if (server instanceof DnsServer.Address byAddress) {
        checkAddress(byAddress.address(), prefix);
        addresses = true;
      }
    }
    for (DnsServer server : request.dnsServers()) {
      if (server instanceof DnsServer.Name byName) {
        checkName(byName.name(), own, cuts, addresses);
      }
    }
  }

  /** Tells whether an address may be asked and named: also one that a name server's name has. */
  boolean isAcceptable(InetAddress address, IpPrefix prefix) {
    if (address.equals(ownServer)) {
      return false;
    }
    boolean global =
        (address instanceof Inet4Address || GLOBAL.contains(address))
            && NOT_GLOBAL.stream().noneMatch(block -> block.contains(address));
    return global || prefix.contains(address);
  }

  private List<Name> delegable(IpPrefix prefix) {
    if (!ReverseNames.hasCuts(prefix)) {
      throw refused(prefix + " has no reverse zone of its own");
    }
    List<Name> cuts = ReverseNames.cuts(prefix);
    if (zones.above(cuts.get(0)).isEmpty()) {
      throw refused(prefix + " lies in no reverse zone of this service");
    }
    return cuts;
  }

  private void checkAddress(InetAddress address, IpPrefix prefix) {
    if (!isAcceptable(address, prefix)) {
      throw refused(IpAddresses.text(address) + " cannot be the client's name server");
    }
  }

  private void checkName(String text, Optional<Name> own, List<Name> cuts, boolean addresses) {
    Name name;
    try {
      name = HostNames.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TspException(
          StatusCode.DNS_DELEGATION_ERROR, "a name server's name is no host name", e);
    }
    String top = name.getLabelString(name.labels() - 2);
    boolean reverse = top.equals("arpa");
    if (name.labels() < 3
        || top.chars().allMatch(c -> c >= '0' && c <= '9')
        || NOT_PUBLIC.contains(top)
        || forbidden.contains(name)) {
      throw refused(HostNames.text(name) + " cannot be a name server");
    }
    boolean inside = NameServers.isInside(name, cuts);
    boolean owned = own.filter(parent -> HostNames.within(name, parent)).isPresent();
    if (!inside && !owned && (reverse || zones.ofName(name).isPresent())) {
      throw refused(HostNames.text(name) + " is not the client's name");
    }
    if (NameServers.needsAddress(name, own, cuts) && !addresses) {
      throw refused(HostNames.text(name) + " needs an address beside it");
    }
  }

  private static TspException refused(String why) {
    return new TspException(StatusCode.DNS_DELEGATION_ERROR, why);
  }
}
