package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.TunDevice;

/**
 * A TUN device: bare packets, one system call each, straight between the kernel and the batch.
 *
 * <p>It vanishes with its descriptor, so it does not outlive the process.
 */
final class LinuxTunDevice implements TunDevice {
  private static final String CLONE_DEVICE = "/dev/net/tun";
  private static final long TUNSETIFF = 0x400454CA;
  private static final long TUNGETIFF = 0x800454D2;

  /** Opens the network namespace of the device; Linux 5.2 is the first to know it. */
  private static final long TUNGETDEVNETNS = 0x54E3;

  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");
  private static final Path NAMESPACE = Path.of("/proc/thread-self/ns/net");

  private static final short IFF_TUN = 0x0001;
  private static final short IFF_NO_PI = 0x1000;

  /** Fail rather than take over a persistent device that somebody else made. */
  private static final short IFF_TUN_EXCL = (short) 0x8000;

  private static final int IFREQ = 40;
  private static final int IFREQ_FLAGS = 16;

  private final String name;
  private final Descriptor descriptor;
  private volatile Runnable closed = () -> {};
  private volatile boolean moved;

  private LinuxTunDevice(String name, Descriptor descriptor) {
    this.name = name;
    this.descriptor = descriptor;
  }

  /** Makes a device that is still down. */
  static LinuxTunDevice open(String name) throws IOException {
    int fd = Libc.open(CLONE_DEVICE, Libc.O_RDWR | Libc.O_NONBLOCK | Libc.O_CLOEXEC);
    if (fd < 0) {
      throw openFailure(Libc.errno());
    }
    Block ifreq = Block.of(IFREQ);
    ifreq.host().put(0, name.getBytes(StandardCharsets.US_ASCII));
    ifreq.host().putShort(IFREQ_FLAGS, (short) (IFF_TUN | IFF_NO_PI | IFF_TUN_EXCL));
    int result = Libc.ioctl(fd, TUNSETIFF, ifreq.address());
    int errno = Libc.errno();
    Reference.reachabilityFence(ifreq);
    if (result < 0) {
      Libc.close(fd);
      throw makeFailure(name, errno);
    }
    return new LinuxTunDevice(name, Descriptor.of(fd));
  }

  /** Says what is to be done once the device is closed. */
  void whenClosed(Runnable action) {
    closed = action;
  }

  static IOException openFailure(int errno) {
    return switch (errno) {
      case Errno.ENOENT, Errno.ENODEV ->
          new IOException(
              CLONE_DEVICE
                  + " is missing: load the kernel module tun, or give the container that device");
      case Errno.EPERM, Errno.EACCES -> missingRight();
      default -> Errno.failure("opening " + CLONE_DEVICE, errno);
    };
  }

  static IOException makeFailure(String name, int errno) {
    return switch (errno) {
      case Errno.EPERM -> missingRight();
      case Errno.EBUSY ->
          new IOException("a device named " + name + " exists already: remove it, or use another");
      default -> Errno.failure("making the TUN device " + name, errno);
    };
  }

  private static IOException missingRight() {
    return new IOException(
        "opening a TUN device needs CAP_NET_ADMIN: run as root or grant cap_net_admin"
            + " (systemd: AmbientCapabilities=CAP_NET_ADMIN) and access to "
            + CLONE_DEVICE);
  }

  @Override
  public String name() {
    return name;
  }

  /**
   * Returns what the device is called now.
   *
   * @throws IOException if somebody removed it, or moved it to another network namespace than the
   *     calling thread's; then it is given up, and its reader is told
   */
  String nameNow() throws IOException {
    if (!descriptor.acquire()) {
      throw isClosed();
    }
    try {
      moved = moved || isElsewhere();
      if (!moved) {
        return nameInKernel();
      }
    } finally {
      descriptor.release();
    }
    close();
    throw isMoved();
  }

  private boolean isElsewhere() throws IOException {
    int namespace = Libc.ioctl(descriptor.fd(), TUNGETDEVNETNS, 0);
    if (namespace < 0) {
      return false;
    }
    try {
      Path there = DESCRIPTORS.resolve(String.valueOf(namespace));
      return !Files.readSymbolicLink(there).equals(Files.readSymbolicLink(NAMESPACE));
    } finally {
      Libc.close(namespace);
    }
  }

  private String nameInKernel() throws IOException {
    Block ifreq = Block.of(IFREQ);
    int result = Libc.ioctl(descriptor.fd(), TUNGETIFF, ifreq.address());
    Reference.reachabilityFence(ifreq);
    if (result < 0) {
      // Somebody removed it; its reader hears of that by itself.
      throw new IOException("there is no network device named " + name);
    }
    byte[] text = new byte[IFREQ_FLAGS];
    ifreq.host().get(0, text);
    return new String(text, StandardCharsets.US_ASCII).replaceAll("\0.*", "");
  }

  private IOException isClosed() {
    return new IOException("the TUN device " + name + " is closed");
  }

  private IOException isMoved() {
    return new IOException("somebody moved " + name + " to another network namespace");
  }

  @Override
  public boolean receive(PacketBatch batch) throws IOException {
    batch.size(0);
    if (!descriptor.acquire()) {
      return ended();
    }
    try {
      int count = read(batch);
      while (count == 0) {
        if (!descriptor.awaitReadable()) {
          return ended();
        }
        count = read(batch);
      }
      batch.size(count);
      return true;
    } finally {
      descriptor.release();
    }
  }

  /** Nothing comes any more, since it was closed; that it was moved is a failure. */
  private boolean ended() throws IOException {
    if (moved) {
      throw isMoved();
    }
    return false;
  }

  private int read(PacketBatch batch) throws IOException {
    long memory = Block.address(batch);
    int slotSize = batch.slotSize();
    int count = 0;
    while (count < batch.capacity()) {
      int slot = batch.slot(count);
      int length = (int) Libc.read(descriptor.fd(), memory + slot, slotSize);
      if (length < 0) {
        int errno = Libc.errno();
        if (errno == Errno.EINTR) {
          continue;
        }
        if (errno != Errno.EAGAIN) {
          throw Errno.failure("reading from " + name, errno);
        }
        break;
      }
      batch.packet(count, slot, isCut(batch.memory(), slot, length, slotSize) ? 0 : length);
      count++;
    }
    Reference.reachabilityFence(batch);
    return count;
  }

  /**
   * The kernel cuts what is longer than the slot without saying so; the packet's header says so.
   */
  private static boolean isCut(ByteBuffer memory, int slot, int length, int slotSize) {
    if (length < slotSize || slotSize < 6) {
      return false;
    }
    int whole =
        (memory.get(slot) & 0xF0) == 0x60
            ? 40 + (memory.getShort(slot + 4) & 0xFFFF)
            : memory.getShort(slot + 2) & 0xFFFF;
    return whole > length;
  }

  @Override
  public int send(PacketBatch batch, int from, int to) throws IOException {
    if (!descriptor.acquire()) {
      throw isClosed();
    }
    try {
      long memory = Block.address(batch);
      int refused = 0;
      for (int i = from; i < to; i++) {
        int length = batch.length(i);
        if (length > 0 && !write(memory + batch.offset(i), length)) {
          refused++;
        }
      }
      Reference.reachabilityFence(batch);
      return refused;
    } finally {
      descriptor.release();
    }
  }

  private boolean write(long packet, int length) throws IOException {
    while (Libc.write(descriptor.fd(), packet, length) < 0) {
      int errno = Libc.errno();
      // EIO: somebody set the device down. It may come up again, so the path goes on.
      if (Errno.isNoRoom(errno) || Errno.isOfOnePacket(errno) || errno == Errno.EIO) {
        return false;
      }
      if (errno != Errno.EINTR) {
        throw Errno.failure("writing to " + name, errno);
      }
    }
    return true;
  }

  @Override
  public void close() {
    descriptor.close();
    closed.run();
  }
}
