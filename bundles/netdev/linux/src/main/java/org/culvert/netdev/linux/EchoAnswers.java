package org.culvert.netdev.linux;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;

/**
 * A packet socket that is given the echo replies with one identifier and nothing else: a filter in
 * the kernel keeps all others away, so that it sleeps however much is pinged.
 *
 * <p>It hears them before the host's packet filter does. What a datapath sends into a tunnel by
 * itself the kernel's tracking of connections never saw, so that the answer belongs to no
 * connection, and most firewalls drop such packets. Of an answer that comes in pieces it hears the
 * first.
 */
final class EchoAnswers implements OuterSocket {
  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SO_ATTACH_FILTER = 26;

  private static final int FRAGMENT = 44;
  private static final int ICMPV6 = 58;
  private static final int ICMP = 1;
  private static final int ICMP_ECHO_REPLY = 0;
  private static final int ICMPV6_ECHO_REPLY = 129;

  /** An IPv4 header has options only where they were forged. */
  private static final int IPV4_WITHOUT_OPTIONS = 0x45;

  private static final int IPV4_HEADER = 20;
  private static final int IPV4_FRAGMENT = 6;
  private static final int IPV4_PROTOCOL = 9;
  private static final int IPV4_SOURCE = 12;
  private static final int IPV6_HEADER = 40;
  private static final int IPV6_NEXT_HEADER = 6;
  private static final int IPV6_SOURCE = 8;
  private static final int FRAGMENT_HEADER = 8;
  private static final int IPV4_OFFSET = 0x1FFF;
  private static final int IPV6_OFFSET = 0xFFF8;
  private static final int ICMP_HEADER = 8;
  private static final int IDENTIFIER = 4;
  private static final int WHOLE = 0xFFFF;

  private final BatchedSocket socket;

  private EchoAnswers(BatchedSocket socket) {
    this.socket = socket;
  }

  /** Opens a socket for the answers that come to this host by any device. */
  static EchoAnswers open(Family family, int identifier) throws IOException {
    int fd = PacketSocket.open(SOCK_NONBLOCK, "hearing the answers to probes");
    // It hears nothing until it is bound to a protocol, and then nothing that it should not.
    if (!filter(family, identifier).attach(fd, SO_ATTACH_FILTER)) {
      int errno = Libc.errno();
      Libc.close(fd);
      throw Errno.failure("filtering a packet socket", errno);
    }
    PacketSocket.bind(fd, family);
    return new EchoAnswers(
        new BatchedSocket(
            Descriptor.of(fd),
            family,
            0,
            family == Family.IPV4 ? EchoAnswers::cutIpv4 : EchoAnswers::cutIpv6));
  }

  private static SocketFilter filter(Family family, int identifier) {
    if (family == Family.IPV4) {
      return new SocketFilter(13)
          .load8(0)
          .skipUnless(IPV4_WITHOUT_OPTIONS, 10)
          .load8(IPV4_PROTOCOL)
          .skipUnless(ICMP, 8)
          .load16(IPV4_FRAGMENT)
          .and(IPV4_OFFSET)
          .skipUnless(0, 5)
          .load8(IPV4_HEADER)
          .skipUnless(ICMP_ECHO_REPLY, 3)
          .load16(IPV4_HEADER + IDENTIFIER)
          .skipUnless(identifier, 1)
          .accept(WHOLE)
          .accept(0);
    }
    int first = IPV6_HEADER + FRAGMENT_HEADER;
    return new SocketFilter(21)
        .load8(IPV6_NEXT_HEADER)
        .skipUnless(ICMPV6, 6)
        .load8(IPV6_HEADER)
        .skipUnless(ICMPV6_ECHO_REPLY, 3)
        .load16(IPV6_HEADER + IDENTIFIER)
        .skipUnless(identifier, 1)
        .accept(WHOLE)
        .accept(0)
        .load8(IPV6_NEXT_HEADER)
        .skipUnless(FRAGMENT, 10)
        .load8(IPV6_HEADER)
        .skipUnless(ICMPV6, 8)
        .load16(IPV6_HEADER + 2)
        .and(IPV6_OFFSET)
        .skipUnless(0, 5)
        .load8(first)
        .skipUnless(ICMPV6_ECHO_REPLY, 3)
        .load16(first + IDENTIFIER)
        .skipUnless(identifier, 1)
        .accept(WHOLE)
        .accept(0);
  }

  private static void cutIpv4(MessageVector messages, PacketBatch batch, int i) {
    int at = batch.slot(i);
    batch.peer(i, 0, batch.memory().getInt(at + IPV4_SOURCE) & 0xFFFFFFFFL, 0);
    cut(messages, batch, i, IPV4_HEADER);
  }

  private static void cutIpv6(MessageVector messages, PacketBatch batch, int i) {
    ByteBuffer memory = batch.memory();
    int at = batch.slot(i);
    long high = memory.getLong(at + IPV6_SOURCE);
    batch.peer(i, high, memory.getLong(at + IPV6_SOURCE + 8), 0);
    boolean whole = memory.get(at + IPV6_NEXT_HEADER) != FRAGMENT;
    cut(messages, batch, i, whole ? IPV6_HEADER : IPV6_HEADER + FRAGMENT_HEADER);
  }

  private static void cut(MessageVector messages, PacketBatch batch, int i, int header) {
    int length = messages.received(i) - header;
    batch.packet(i, batch.slot(i) + header, length < ICMP_HEADER ? 0 : length);
  }

  @Override
  public boolean receive(PacketBatch batch) throws IOException {
    return socket.receive(batch);
  }

  @Override
  public int send(PacketBatch batch, int from, int to) {
    throw new UnsupportedOperationException("nothing can be sent with it");
  }

  @Override
  public void close() {
    socket.close();
  }
}
