package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.util.function.Consumer;

/** Sockets to which the kernel announces what changes in its network, and how they are read. */
final class Announcements {
  /** What one read takes at most. */
  static final int BUFFER = 64 << 10;

  private static final int AF_NETLINK = 16;
  private static final int SOCK_RAW = 3;
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOCKADDR_NL = 12;
  private static final int SO_ATTACH_FILTER = 26;
  private static final int SO_RCVBUF = 8;
  private static final int SO_RCVBUFFORCE = 33;

  private Announcements() {}

  /** Returns the bit of one of {@code enum rtnetlink_groups}. */
  static int group(int number) {
    return 1 << (number - 1);
  }

  /** Returns two octets of a message, which are little-endian there, as a filter loads them. */
  static int loaded(int value) {
    return Short.reverseBytes((short) value) & 0xFFFF;
  }

  /**
   * Opens a socket in the network namespace of the calling thread.
   *
   * @param groups what is announced to it
   * @param filter what of that passes; without the filter there is more to read, and that is all
   * @param backlog how many octets may wait
   */
  static int open(int groups, SocketFilter filter, int backlog) throws IOException {
    return open(Netlink.ROUTE, groups, filter, backlog);
  }

  /** Does the same for another of {@link Netlink}'s families. */
  static int open(int family, int groups, SocketFilter filter, int backlog) throws IOException {
    int fd = Libc.socket(AF_NETLINK, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, family);
    if (fd < 0) {
      throw Errno.failure("opening a netlink socket", Libc.errno());
    }
    if (!BatchedSocket.option(fd, BatchedSocket.SOL_SOCKET, SO_RCVBUFFORCE, backlog)) {
      BatchedSocket.option(fd, BatchedSocket.SOL_SOCKET, SO_RCVBUF, backlog);
    }
    filter.attach(fd, SO_ATTACH_FILTER);
    Block address = Block.of(16);
    address.host().putShort(0, (short) AF_NETLINK).putInt(8, groups);
    int result = Libc.bind(fd, address.address(), SOCKADDR_NL);
    int errno = Libc.errno();
    Reference.reachabilityFence(address);
    if (result != 0) {
      Libc.close(fd);
      throw Errno.failure("listening to the kernel's announcements", errno);
    }
    return fd;
  }

  /** Passes on each message of what was received, whole, up to the first that is malformed. */
  static void each(Block block, int received, Consumer<ByteBuffer> reader) {
    int at = 0;
    while (at + NetlinkMessage.HEADER <= received) {
      int length = block.host().getInt(at);
      if (length < NetlinkMessage.HEADER || at + length > received) {
        return;
      }
      reader.accept(block.host().slice(at, length).order(block.host().order()));
      at += NetlinkMessage.aligned(length);
    }
  }
}
