package org.culvert.netdev.linux;

import java.io.IOException;
import java.lang.ref.Reference;
import java.net.InetSocketAddress;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.PacketBatch;

/**
 * A bound, unconnected socket that moves bursts by {@code recvmmsg} and {@code sendmmsg}.
 *
 * <p>Inward: try to receive; sleep in poll if there is nothing; cut the outer header. Outward: one
 * message for each packet that was not dropped; what one call leaves over goes into the next. Where
 * some may be cut on their way and some may not, each kind keeps its order.
 *
 * <p>It does not ask for ICMP errors: with {@code IP_RECVERR} an error about one peer's packet
 * would fail the next call that sends to, or receives from, any other.
 */
final class BatchedSocket {
  static final int SOCK_DGRAM = 2;
  static final int SOCK_RAW = 3;
  static final int SOL_SOCKET = 1;

  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SO_SNDBUF = 7;
  private static final int SO_RCVBUF = 8;
  private static final int SO_SNDBUFFORCE = 32;
  private static final int SO_RCVBUFFORCE = 33;
  private static final int MSG_DONTWAIT = 0x40;

  /** What a burst at line rate fills while a reader is off the processor for some milliseconds. */
  private static final int BUFFER_OCTETS = 4 << 20;

  /** How many packets one call sends. */
  private static final int OUTWARD = 64;

  /** How many bursts in a row may pass before a busy receiver attends to anything else. */
  private static final int ATTENTION = 256;

  private final Descriptor descriptor;
  private final Cut cut;
  private final PerBatch<MessageVector> inward;

  /** Used by one sender at a time, like what follows: whoever holds its lock. */
  private final MessageVector outward;

  /** Which packet of the batch each outward message carries. */
  private final int[] carried = new int[OUTWARD];

  private final Fragmentation fragmentation;
  private int bursts;

  /** Finds the inner packet in a received message and sets slot {@code i} to it, or drops it. */
  @FunctionalInterface
  interface Cut {
    void cut(MessageVector messages, PacketBatch batch, int i);
  }

  /** Takes over an open descriptor. */
  BatchedSocket(Descriptor descriptor, Family family, int apartOctets, Cut cut) {
    this.descriptor = descriptor;
    this.cut = cut;
    this.inward = new PerBatch<>(batch -> MessageVector.receiving(batch, family, apartOctets));
    this.outward = new MessageVector(OUTWARD, family, 0);
    this.fragmentation = Fragmentation.of(descriptor.fd(), family);
  }

  /** Opens a socket with large buffers; returns -1 if the operating system refuses. */
  static int open(Family family, int type, int protocol) {
    int fd = Libc.socket(family.number(), type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);
    if (fd >= 0) {
      enlarge(fd, SO_RCVBUFFORCE, SO_RCVBUF);
      enlarge(fd, SO_SNDBUFFORCE, SO_SNDBUF);
    }
    return fd;
  }

  /** The host's limit is passed where CAP_NET_ADMIN lets us, and is what we get where not. */
  private static void enlarge(int fd, int forced, int asked) {
    if (!option(fd, SOL_SOCKET, forced, BUFFER_OCTETS)) {
      option(fd, SOL_SOCKET, asked, BUFFER_OCTETS);
    }
  }

  /** Sets an option; false if the operating system refuses. */
  static boolean option(int fd, int level, int name, int value) {
    Block block = Block.of(8);
    block.host().putInt(0, value);
    int result = Libc.setsockopt(fd, level, name, block.address(), 4);
    Reference.reachabilityFence(block);
    return result == 0;
  }

  /** Binds, or closes the socket and tells why not. */
  static void bind(int fd, InetSocketAddress local) throws IOException {
    Block address = Family.socketAddress(local);
    int length = Family.of(local.getAddress()).length();
    int result = Libc.bind(fd, address.address(), length);
    int errno = Libc.errno();
    Reference.reachabilityFence(address);
    if (result < 0) {
      Libc.close(fd);
      throw bindFailure(local, errno);
    }
  }

  static IOException bindFailure(InetSocketAddress local, int errno) {
    String ip = IpAddresses.text(local.getAddress());
    return switch (errno) {
      case Errno.EADDRINUSE ->
          new IOException(
              "UDP port "
                  + local.getPort()
                  + " of "
                  + ip
                  + " is in use by another program (or by another user): stop it, or choose"
                  + " another port");
      case Errno.EADDRNOTAVAIL -> new IOException(AbsentAddress.words(local.getAddress()));
      case Errno.EACCES ->
          new IOException(
              "binding port " + local.getPort() + " of " + ip + " needs CAP_NET_BIND_SERVICE");
      default -> Errno.failure("binding " + ip + " port " + local.getPort(), errno);
    };
  }

  boolean receive(PacketBatch batch) throws IOException {
    batch.size(0);
    if (!descriptor.acquire()) {
      return false;
    }
    try {
      MessageVector messages = inward.of(batch);
      if (++bursts % ATTENTION == 0) {
        descriptor.attend();
      }
      int count = receive(messages, batch.capacity());
      while (count == 0) {
        if (!descriptor.awaitReadable()) {
          return false;
        }
        count = receive(messages, batch.capacity());
      }
      for (int i = 0; i < count; i++) {
        messages.sender(i, batch);
        batch.trafficClass(i, messages.trafficClass(i));
        cut.cut(messages, batch, i);
      }
      messages.renew(count);
      batch.size(count);
      Reference.reachabilityFence(batch);
      return true;
    } finally {
      descriptor.release();
    }
  }

  private int receive(MessageVector messages, int capacity) throws IOException {
    int count = Libc.recvmmsg(descriptor.fd(), messages.address(0), capacity, MSG_DONTWAIT, 0);
    if (count >= 0) {
      return count;
    }
    int errno = Libc.errno();
    if (errno == Errno.EAGAIN || errno == Errno.EINTR || Errno.isOfOnePacket(errno)) {
      return 0;
    }
    throw Errno.failure("receiving", errno);
  }

  int send(PacketBatch batch, int from, int to) throws IOException {
    if (!descriptor.acquire()) {
      throw new IOException("the socket is closed");
    }
    try {
      synchronized (outward) {
        batch.forgetRefusals();
        return sendRuns(batch, from, to);
      }
    } finally {
      descriptor.release();
    }
  }

  /** First what suits the socket as it is set, then the rest: so it is set anew once at most. */
  private int sendRuns(PacketBatch batch, int from, int to) throws IOException {
    boolean suit = true;
    for (int i = from; i < to && suit; i++) {
      suit = fragmentation.suits(batch.length(i), batch.isWhole(i));
    }
    boolean now = fragmentation.isWhole();
    int refused = sendRun(batch, from, to, suit, now);
    if (!suit) {
      fragmentation.whole(!now);
      refused += sendRun(batch, from, to, false, !now);
    }
    Reference.reachabilityFence(batch);
    return refused;
  }

  /** Sends all packets of a run, or those that are whole, or those that are not. */
  private int sendRun(PacketBatch batch, int from, int to, boolean all, boolean whole)
      throws IOException {
    long memory = Block.address(batch);
    int refused = 0;
    int count = 0;
    for (int i = from; i < to; i++) {
      int length = batch.length(i);
      if (length == 0 || (!all && batch.isWhole(i) != whole)) {
        continue;
      }
      if (count == OUTWARD) {
        refused += send(batch, count);
        count = 0;
      }
      carried[count] = i;
      outward.carry(count, memory + batch.offset(i), length);
      outward.address(count, batch, i);
      outward.trafficClass(count, batch.trafficClass(i));
      count++;
    }
    return refused + send(batch, count);
  }

  /** Sends the first messages, and marks the packets of those that are refused. */
  private int send(PacketBatch batch, int count) throws IOException {
    int refused = 0;
    int next = 0;
    while (next < count) {
      int sent = Libc.sendmmsg(descriptor.fd(), outward.address(next), count - next, MSG_DONTWAIT);
      if (sent >= 0) {
        next += sent;
        continue;
      }
      int errno = Libc.errno();
      if (errno == Errno.EAGAIN) {
        // The buffer is full: trying the others one by one would only heat the processor.
        return refused + count - next;
      }
      if (Errno.isNoRoom(errno) || Errno.isOfOnePacket(errno)) {
        batch.refuse(carried[next], Errno.refusal(errno));
        refused++;
        next++;
      } else if (errno != Errno.EINTR) {
        throw Errno.failure("sending", errno);
      }
    }
    return refused;
  }

  void close() {
    descriptor.close();
  }
}
