package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
  private static final short IFF_TUN = 0x0001;
  private static final short IFF_NO_PI = 0x1000;

  /** Fail rather than take over a persistent device that somebody else made. */
  private static final short IFF_TUN_EXCL = (short) 0x8000;

  private static final int IFREQ = 40;
  private static final int IFREQ_FLAGS = 16;

  private final String name;
  private final Descriptor descriptor;
  private final PerBatch<Long> addresses = new PerBatch<>(batch -> Block.address(batch.memory()));

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

  @Override
  public boolean receive(PacketBatch batch) throws IOException {
    batch.size(0);
    if (!descriptor.acquire()) {
      return false;
    }
    try {
      int count = read(batch);
      while (count == 0) {
        if (!descriptor.awaitReadable()) {
          return false;
        }
        count = read(batch);
      }
      batch.size(count);
      return true;
    } finally {
      descriptor.release();
    }
  }

  private int read(PacketBatch batch) throws IOException {
    long memory = addresses.of(batch);
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
      throw new IOException("the TUN device " + name + " is closed");
    }
    try {
      long memory = addresses.of(batch);
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
  }
}
