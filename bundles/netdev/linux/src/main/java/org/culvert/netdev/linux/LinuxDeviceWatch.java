package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.culvert.api.netdev.DeviceWatcher;
import org.culvert.api.netdev.NetworkDevices.Watch;

/**
 * Listens to what the kernel announces about links, addresses, routes and rules, and passes on what
 * may concern devices of ours, and the addresses that tunnels stand on.
 *
 * <ol>
 *   <li>a filter in the kernel keeps away routes that are merely added: we add hundreds of
 *       thousands, and those of others come to the {@link RivalWatch}
 *   <li>an {@link AnnouncementThread} waits and reads
 *   <li>announcements that had no room in the buffer are told as a change of everything
 * </ol>
 */
final class LinuxDeviceWatch implements AnnouncementThread.Listener {
  /** What a flush of ten thousand routes fills. */
  private static final int BACKLOG = 8 << 20;

  /** The groups of {@code enum rtnetlink_groups}, as bits. */
  private static final int GROUPS =
      Announcements.group(1) // links
          | Announcements.group(5) // IPv4 addresses
          | Announcements.group(7) // IPv4 routes
          | Announcements.group(8) // IPv4 rules
          | Announcements.group(9) // IPv6 addresses
          | Announcements.group(11) // IPv6 routes
          | Announcements.group(12) // IPv6's view of links
          | Announcements.group(19) // IPv6 rules
          | Announcements.group(24) // IPv4 settings
          | Announcements.group(25); // IPv6 settings

  private static final int RTM_NEWNETCONF = 80;
  private static final int NETCONFMSG = 4;
  private static final int NETCONFA_IFINDEX = 1;

  private final DeviceWatcher watcher;

  /** Names of devices by index, of those that were ever told of and are still there. */
  private final Map<Integer, String> names = new HashMap<>();

  private LinuxDeviceWatch(DeviceWatcher watcher) {
    this.watcher = watcher;
  }

  /** Begins to listen in the network namespace of the calling thread. */
  static Watch begin(DeviceWatcher watcher) throws IOException {
    return AnnouncementThread.begin(
        () -> open(watcher), "culvert-device-watch", new LinuxDeviceWatch(watcher));
  }

  private static Descriptor open(DeviceWatcher watcher) throws IOException {
    RivalWatch rivals = RivalWatch.begin(watcher);
    int fd;
    try {
      fd = Announcements.open(GROUPS, filter(), BACKLOG);
    } catch (IOException e) {
      rivals.close();
      throw e;
    }
    return Descriptor.of(fd, rivals);
  }

  /** Lets all pass but new routes that replace none. */
  private static SocketFilter filter() {
    return new SocketFilter(6)
        .load16(4)
        .skipUnless(Announcements.loaded(RoutingRequests.RTM_NEWROUTE), 2)
        .load16(6)
        .skipUnlessAny(Announcements.loaded(Netlink.NLM_F_REPLACE), 1)
        .accept(Announcements.BUFFER)
        .accept(0);
  }

  private void learnNames() throws IOException {
    try (Netlink netlink = Netlink.open(Netlink.ROUTE)) {
      Map<Integer, String> now = new HashMap<>();
      TunnelLinks.list(netlink).forEach((name, link) -> now.put(link.index(), name));
      names.clear();
      names.putAll(now);
    }
  }

  @Override
  public void begun() throws IOException {
    learnNames();
  }

  @Override
  public void missed() {
    watcher.everything();
  }

  @Override
  public void heard(ByteBuffer message) {
    int type = message.getShort(4) & 0xFFFF;
    int flags = message.getShort(6);
    message.position(NetlinkMessage.HEADER);
    switch (type) {
      case LinkRequests.RTM_NEWLINK, LinkRequests.RTM_DELLINK -> ofLink(type, message);
      case RoutingRequests.RTM_DELADDR ->
          AddressTable.read(message)
              .ifPresent(
                  entry ->
                      name(entry.device())
                          .ifPresent(name -> watcher.address(name, entry.address().address())));
      case RoutingRequests.RTM_NEWADDR ->
          // One of IPv6 is announced again when no other host turned out to have it.
          AddressTable.read(message)
              .filter(AddressTable.Entry::usable)
              .ifPresent(entry -> watcher.newAddress(entry.address().address()));
      case RoutingRequests.RTM_DELROUTE -> ofRoute(message, false);
      case RoutingRequests.RTM_NEWROUTE -> {
        if ((flags & Netlink.NLM_F_REPLACE) != 0) {
          ofRoute(message, true);
        }
      }
      case HostRequests.RTM_NEWRULE, HostRequests.RTM_DELRULE -> {
        if (!HostRule.read(message, Family.IPV6).isOurs()) {
          watcher.rival(Optional.empty());
        }
      }
      case RTM_NEWNETCONF ->
          name(Attributes.after(message, NETCONFMSG).number(NETCONFA_IFINDEX))
              .ifPresent(watcher::device);
      default -> {}
    }
  }

  private void ofLink(int type, ByteBuffer message) {
    TunnelLink link = TunnelLink.read(message);
    if (link.name().isEmpty()) {
      return;
    }
    String earlier =
        type == LinkRequests.RTM_NEWLINK
            ? names.put(link.index(), link.name())
            : names.remove(link.index());
    if (earlier != null && !earlier.equals(link.name())) {
      // Somebody has given it another name.
      watcher.device(earlier);
    }
    watcher.device(link.name());
  }

  /** A route that replaced another does not tell where that one led. */
  private void ofRoute(ByteBuffer message, boolean replaced) {
    Optional<RouteTable.Entry> read = RouteTable.read(message);
    if (!replaced) {
      read.filter(RouteTable.Entry::takesIn)
          .map(RouteTable.Entry::route)
          .ifPresent(
              route ->
                  name(route.device())
                      .ifPresent(name -> watcher.address(name, route.destination().network())));
    }
    read.ifPresent(entry -> RivalWatch.tell(watcher, entry));
    read.filter(RouteTable.Entry::isOfMainTable)
        .filter(entry -> entry.isOurs() || entry.route().hasOurMetric())
        .map(RouteTable.Entry::route)
        .ifPresent(
            route ->
                watcher.route(
                    replaced ? Optional.empty() : name(route.device()), route.destination()));
  }

  private Optional<String> name(int device) {
    return Optional.ofNullable(names.get(device));
  }
}
