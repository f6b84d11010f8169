package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.TunnelDevice;
import org.culvert.api.netdev.TunnelDeviceGroup;
import org.culvert.api.netdev.TunnelDevices;
import org.culvert.api.tunnel.OuterEndpoints;
import org.culvert.api.tunnel.TunnelParameters;
import org.culvert.netdev.linux.Netlink.Answer;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;

/**
 * Makes {@code sit} and {@code ip6tnl} devices by rtnetlink and filters them by nftables.
 *
 * <p>They belong to the network namespace of the thread that calls. The drivers bring a device of
 * their own, {@code sit0} or {@code ip6tnl0}, that would take packets from anybody; it is down, and
 * nothing here sets it up.
 */
@Component
public final class LinuxTunnelDevices implements TunnelDevices {
  private static final String NO_NFT = "nft is not installed (package nftables)";

  /** Any owner's name will do where nothing is changed. */
  private static final String PROBE = "probe";

  /** What a process shows of an owner of its own, before the owner's name. */
  private static final String TUNNELS = "tunnels of ";

  /** Owners of this process. */
  private final Map<String, Claims> claimed = new ConcurrentHashMap<>();

  /** Touches nothing of the operating system, so that it can say what is amiss when it is used. */
  @Activate
  public LinuxTunnelDevices() {}

  @Override
  public Optional<String> obstacle(WireFormat wire) {
    Optional<TunnelKind> kind = TunnelKind.of(wire);
    if (kind.isEmpty()) {
      return Optional.of("the kernel has no device for such packets");
    }
    try {
      Libc.load();
      probe(kind.get());
      PacketSocket.probe();
      nft().check(filter(wire));
      return Optional.empty();
    } catch (IOException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Returns all that a tunnel's filter needs of the kernel, whose parts may be missing one by one.
   */
  static String filter(WireFormat wire) {
    boolean six = wire.inner() == WireFormat.IpVersion.IPV6;
    IpPrefix some = IpPrefix.parse(six ? "2001:db8::/32" : "192.0.2.0/24");
    FilterRules rules = new FilterRules(FilterTable.of(PROBE));
    StringBuilder text = new StringBuilder(rules.begin(Map.of()));
    for (boolean ownLink : new boolean[] {false, true}) {
      TunnelDevice device =
          new TunnelDevice(
              ownLink ? PROBE + 1 : PROBE,
              PROBE,
              wire,
              OuterEndpoints.withoutPorts(some.network(), some.network()),
              some.network(),
              List.of(some),
              List.of(some),
              TunnelParameters.MINIMUM_MTU,
              ownLink);
      text.append(rules.add(device.name(), rules.of(device), Map.of()));
    }
    return text.toString();
  }

  private static void probe(TunnelKind kind) throws IOException {
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      Answer answer = netlink.change(List.of(LinkRequests.probe(kind))).get(0);
      if (answer.errno() == Errno.EOPNOTSUPP) {
        throw new IOException("this kernel has no tunnel driver " + kind.kernelName());
      }
      if (answer.errno() != Errno.EINVAL) {
        throw answer.failure("making a tunnel device");
      }
    }
  }

  @Override
  public Set<String> owners() throws IOException {
    Libc.load();
    Set<String> owners = new HashSet<>(FilterTable.owners());
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      for (TunnelLink link : TunnelLinks.list(netlink).values()) {
        if (link.kind().isPresent()) {
          OwnerMark.owner(link.alias()).ifPresent(owners::add);
        }
      }
    }
    for (String owner : Set.copyOf(owners)) {
      if (!claimed.containsKey(owner) && Presence.isShown(TUNNELS + owner)) {
        owners.remove(owner);
      }
    }
    return owners;
  }

  @Override
  public TunnelDeviceGroup claim(String owner) throws IOException {
    DeviceName.checked(owner);
    Libc.load();
    Nft nft = nft();
    Claims claim = new Claims();
    claim.keep(Set.of(TUNNELS + owner));
    claimed.put(owner, claim);
    return new LinuxTunnelDeviceGroup(
        owner,
        nft,
        () -> {
          claimed.remove(owner, claim);
          claim.close();
        });
  }

  private static Nft nft() throws IOException {
    return Nft.find().orElseThrow(() -> new IOException(NO_NFT));
  }
}
