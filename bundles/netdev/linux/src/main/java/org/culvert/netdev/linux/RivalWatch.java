package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.culvert.api.net.IpPrefix;
import org.culvert.api.netdev.DeviceWatcher;

/**
 * Listens to routes that others add, and passes them on: packets may take them rather than ours.
 *
 * <p>A routing daemon may add a million of them. They come by a socket of their own, so that they
 * crowd out nothing else that is announced: what has no room is told as a change of all rivals. The
 * filter in the kernel keeps away our own routes, of which we add hundreds of thousands, and those
 * of tables other than the main one and the one of the host's own addresses.
 */
final class RivalWatch implements Descriptor.Companion {
  private static final int GROUPS = Announcements.group(7) | Announcements.group(11);
  private static final int BACKLOG = 4 << 20;

  /** So many reads in a row; then others have their turn. */
  private static final int TURN = 64;

  /** {@code struct rtmsg} behind the header: family, lengths, ..., table, protocol. */
  private static final int TABLE = NetlinkMessage.HEADER + 4;

  private static final int PROTOCOL = NetlinkMessage.HEADER + 5;

  private final int fd;
  private final DeviceWatcher watcher;
  private final Block block = Block.of(Announcements.BUFFER);

  private RivalWatch(int fd, DeviceWatcher watcher) {
    this.fd = fd;
    this.watcher = watcher;
  }

  static RivalWatch begin(DeviceWatcher watcher) throws IOException {
    return new RivalWatch(Announcements.open(GROUPS, filter(), BACKLOG), watcher);
  }

  /** Lets new routes pass that replace none; of those that do the other socket tells. */
  private static SocketFilter filter() {
    return new SocketFilter(11)
        .load16(4)
        .skipUnless(Announcements.loaded(RoutingRequests.RTM_NEWROUTE), 8)
        .load16(6)
        .skipIfAny(Announcements.loaded(Netlink.NLM_F_REPLACE), 6)
        .load8(PROTOCOL)
        .skipIf(RoutingRequests.PROTOCOL, 4)
        .load8(TABLE)
        .skipIf(RouteTable.RT_TABLE_LOCAL, 1)
        .skipUnless(RouteTable.RT_TABLE_MAIN, 1)
        .accept(Announcements.BUFFER)
        .accept(0);
  }

  /**
   * Tells of a route of others, which came or went. One in the table of the host's own addresses
   * that is for more than one address may take any destination, and is rare.
   */
  static void tell(DeviceWatcher watcher, RouteTable.Entry entry) {
    IpPrefix to = entry.route().destination();
    if (entry.goesFirst() && !to.equals(IpPrefix.host(to.network()))) {
      watcher.rival(Optional.empty());
    } else if (entry.isOfMainTable() && !entry.isOurs()) {
      watcher.rival(Optional.of(to));
    }
  }

  @Override
  public int fd() {
    return fd;
  }

  @Override
  public void attend() {
    for (int i = 0; i < TURN; i++) {
      long received = Libc.recv(fd, block.address(), Announcements.BUFFER, 0);
      int errno = Libc.errno();
      Reference.reachabilityFence(block);
      if (received >= 0) {
        Announcements.each(block, (int) received, this::tell);
      } else if (errno == Errno.ENOBUFS) {
        watcher.rival(Optional.empty());
      } else if (errno != Errno.EINTR) {
        return;
      }
    }
  }

  private void tell(ByteBuffer message) {
    message.position(NetlinkMessage.HEADER);
    RouteTable.read(message).ifPresent(entry -> tell(watcher, entry));
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
