package org.culvert.dns.update;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.service.Arrangements;
import org.culvert.api.service.DnsServer;
import org.culvert.api.service.NameRequest;
import org.culvert.api.service.ServedTunnel;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.api.tunnel.TunnelType;

/** Tunnels to enter. */
final class Tunnels {
  private Tunnels() {}

  /** Returns a request; an empty prefix asks for none. */
  static NameRequest request(String owner, String address, String prefix, DnsServer... servers) {
    return new NameRequest(
        owner,
        false,
        IpAddresses.parse(address),
        prefix(prefix),
        Optional.empty(),
        List.of(servers));
  }

  static NameRequest wishing(String owner, String wish) {
    return new NameRequest(
        owner,
        false,
        IpAddresses.parse("2001:db8:100::2"),
        Optional.empty(),
        Optional.of(wish),
        List.of());
  }

  static ServedTunnel tunnel(
      String id, String owner, String name, String address, String prefix, DnsServer... servers) {
    InetAddress client = IpAddresses.parse(address);
    return new ServedTunnel(
        id,
        TunnelParameters.Side.SERVER,
        owner,
        false,
        client instanceof Inet4Address ? TunnelType.V4V6 : TunnelType.V6V4,
        IpAddresses.parse(client instanceof Inet4Address ? "127.0.0.1" : "2001:db8:100::1"),
        client,
        prefix(prefix),
        Optional.empty(),
        new Arrangements(
            name.isEmpty() ? Optional.empty() : Optional.of(name),
            List.of(servers),
            Optional.empty()));
  }

  static DnsServer address(String address) {
    return new DnsServer.Address(IpAddresses.parse(address));
  }

  static DnsServer named(String name) {
    return new DnsServer.Name(name);
  }

  private static Optional<IpPrefix> prefix(String text) {
    return text.isEmpty() ? Optional.empty() : Optional.of(IpPrefix.parse(text));
  }
}
