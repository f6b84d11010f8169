package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Shows the other processes of a network namespace that something in the kernel belongs to a
 * process that lives: an abstract Unix socket, whose name goes with its process however that ends.
 *
 * <p>It locks nothing. Any user of the machine can take such a name, and can so keep what a killed
 * process left from being cleared up, and no more.
 */
final class Presence implements AutoCloseable {
  private static final int AF_UNIX = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_DONTWAIT = 0x40;

  /** {@code struct sockaddr_un}: family, a zero that makes the name abstract, name. */
  private static final int NAME_BEGINS = 3;

  private static final String MARK = "culvert ";

  private final int fd;

  private Presence(int fd) {
    this.fd = fd;
  }

  /**
   * Shows until the answer is closed that something belongs to this process.
   *
   * @return nothing if it is shown already, by another process or by this one
   */
  static Optional<Presence> show(String what) throws IOException {
    int fd = open();
    Block name = name(what);
    int done = Libc.bind(fd, name.address(), name.host().capacity());
    Reference.reachabilityFence(name);
    if (done != 0) {
      Libc.close(fd);
      return Optional.empty();
    }
    return Optional.of(new Presence(fd));
  }

  /** Tells whether some process, this one too, shows that something is its own. */
  static boolean isShown(String what) throws IOException {
    int fd = open();
    Block name = name(what);
    try {
      long sent =
          Libc.sendto(fd, name.address(), 0, MSG_DONTWAIT, name.address(), name.host().capacity());
      return sent >= 0 || Libc.errno() != Errno.ECONNREFUSED;
    } finally {
      Reference.reachabilityFence(name);
      Libc.close(fd);
    }
  }

  private static int open() throws IOException {
    int fd = Libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
      throw Errno.failure("opening a Unix socket", Libc.errno());
    }
    return fd;
  }

  private static Block name(String what) {
    byte[] name = (MARK + what).getBytes(StandardCharsets.US_ASCII);
    Block address = Block.of(NAME_BEGINS + name.length);
    address.host().putShort(0, (short) AF_UNIX).put(NAME_BEGINS, name);
    return address;
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
