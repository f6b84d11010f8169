package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.IntConsumer;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;

/**
 * A raw socket for packets right behind an outer IPv4 or IPv6 header.
 *
 * <p>Bound to one local address, it is given what is addressed there and nothing else. The kernel
 * reassembles fragments first, and since somebody listens it does not answer "protocol unreachable"
 * even where it has no tunnel driver. Over IPv4 it hands over the outer header, over IPv6 it does
 * not; in both cases it writes the outer header of what is sent.
 */
final class RawOuterSocket implements OuterSocket {
  private static final int IPV4_HEADER = 20;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;

  private final BatchedSocket socket;

  private RawOuterSocket(BatchedSocket socket) {
    this.socket = socket;
  }

  static RawOuterSocket open(int protocol, InetSocketAddress local) throws IOException {
    return open(protocol, local.getAddress(), fd -> {});
  }

  /** Opens a socket that receives the ICMP errors to an address. */
  static RawOuterSocket openErrors(InetAddress local) throws IOException {
    boolean ipv4 = Family.of(local) == Family.IPV4;
    return open(
        ipv4 ? ICMP : ICMPV6, local, fd -> (ipv4 ? IcmpErrors.IPV4 : IcmpErrors.IPV6).only(fd));
  }

  /** Opens a socket that is bound once it is prepared, so that it is given nothing before. */
  static RawOuterSocket open(int protocol, InetAddress local, IntConsumer prepare)
      throws IOException {
    Family family = Family.of(local);
    int fd = BatchedSocket.open(family, BatchedSocket.SOCK_RAW, protocol);
    if (fd < 0) {
      throw openFailure(protocol, Libc.errno());
    }
    if (family == Family.IPV6) {
      BatchedSocket.option(fd, family.level(), family.receiveTrafficClass(), 1);
    }
    prepare.accept(fd);
    BatchedSocket.bind(fd, new InetSocketAddress(local, 0));
    Descriptor descriptor = Descriptor.of(fd);
    return new RawOuterSocket(
        family == Family.IPV4
            ? new BatchedSocket(
                descriptor, family, IPV4_HEADER, (m, batch, i) -> cutHeader(m, batch, i, protocol))
            : new BatchedSocket(
                descriptor,
                family,
                0,
                (m, batch, i) -> {
                  batch.peer(i, batch.peerHigh(i), batch.peerLow(i), 0);
                  batch.packet(i, batch.slot(i), m.received(i));
                }));
  }

  static IOException openFailure(int protocol, int errno) {
    return errno == Errno.EPERM || errno == Errno.EACCES
        ? new IOException(
            "a raw socket for IP protocol "
                + protocol
                + " needs CAP_NET_RAW: run as root or grant cap_net_raw"
                + " (systemd: AmbientCapabilities=CAP_NET_RAW)")
        : Errno.failure("opening a raw socket for IP protocol " + protocol, errno);
  }

  /** The fixed header lies apart, its options and the inner packet lie in the slot. */
  private static void cutHeader(MessageVector messages, PacketBatch batch, int i, int protocol) {
    int received = messages.received(i);
    int header = (messages.apart(i, 0) & 0xF) * 4;
    int total = messages.apart(i, 2) << 8 | messages.apart(i, 3);
    boolean sound =
        received >= IPV4_HEADER
            && messages.apart(i, 0) >> 4 == 4
            && header >= IPV4_HEADER
            && total >= header
            && total <= received
            && messages.apart(i, 9) == protocol;
    batch.trafficClass(i, messages.apart(i, 1));
    if (sound) {
      batch.packet(i, batch.slot(i) + header - IPV4_HEADER, total - header);
    } else {
      batch.packet(i, batch.slot(i), 0);
    }
  }

  @Override
  public boolean receive(PacketBatch batch) throws IOException {
    return socket.receive(batch);
  }

  @Override
  public int send(PacketBatch batch, int from, int to) throws IOException {
    return socket.send(batch, from, to);
  }

  @Override
  public void close() {
    socket.close();
  }
}
