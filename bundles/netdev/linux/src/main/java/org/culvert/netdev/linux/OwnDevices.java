package org.culvert.netdev.linux;

import java.io.IOException;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.culvert.api.netdev.HostGuard;

/**
 * Tells devices of ours from a host's other interfaces, which must not be filtered as tunnels are:
 * a wrong name in a configuration would close the host to its operator.
 */
final class OwnDevices {
  private OwnDevices() {}

  /** Shows other processes and bundles until the answer is closed that a TUN device is ours. */
  static Optional<Presence> show(String tun) throws IOException {
    return Presence.show(mark(tun));
  }

  private static String mark(String tun) {
    return "device " + tun;
  }

  /** Returns the interface that keeps a name from devices of ours, if there is one. */
  static Optional<String> foreign(Netlink netlink, String name) throws IOException {
    return TunnelLinks.list(netlink).values().stream()
        .filter(link -> link.name().equals(name) || link.name().startsWith(name + "-"))
        .filter(link -> !link.isTun() && !isTunnel(link))
        .map(TunnelLink::name)
        .sorted()
        .findFirst();
  }

  /** Tells whether it is a tunnel of ours, or one whose process was killed before it marked it. */
  private static boolean isTunnel(TunnelLink link) {
    return link.kind().isPresent() && (!link.isUp() || OwnerMark.owner(link.alias()).isPresent());
  }

  /**
   * Returns a guard without the names that are others'. A device that is down, as one is that is
   * being made, gets no packets: its name may be guarded.
   */
  static HostGuard known(HostGuard guard, Findings findings) throws IOException {
    Set<String> devices = new HashSet<>(guard.devices());
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      for (String name : guard.devices()) {
        if (!name.endsWith("*") && isOthers(netlink, name)) {
          devices.remove(name);
          devices.remove(name + "-*");
          findings.missing(
              "interface "
                  + name
                  + " is not a device of ours, and what comes in by it is not filtered: write"
                  + " another name as device in the endpoint's configuration");
        }
      }
    }
    return new HostGuard(
        guard.name(),
        devices,
        guard.members(),
        guard.isolated(),
        guard.open(),
        guard.services(),
        guard.groups());
  }

  private static boolean isOthers(Netlink netlink, String name) throws IOException {
    Optional<TunnelLink> link = TunnelLinks.find(netlink, name).filter(TunnelLink::isUp);
    return link.isPresent()
        && !isTunnel(link.get())
        && !(link.get().isTun() && Presence.isShown(mark(name)));
  }
}
