package org.culvert.netdev.linux;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.api.netdev.SharedPort;

/** A UDP socket that carries inner packets as payload and leaves signaling to its neighbour. */
final class UdpOuterSocket implements OuterSocket {
  private final BatchedSocket socket;
  private final AtomicBoolean alone;

  private UdpOuterSocket(BatchedSocket socket, AtomicBoolean alone) {
    this.socket = socket;
    this.alone = alone;
  }

  static UdpOuterSocket open(IpVersion inner, InetSocketAddress local) throws IOException {
    Family family = Family.of(local.getAddress());
    int fd = BatchedSocket.open(family, BatchedSocket.SOCK_DGRAM, 0);
    if (fd < 0) {
      throw Errno.failure("opening a UDP socket", Libc.errno());
    }
    BatchedSocket.option(fd, family.level(), family.receiveTrafficClass(), 1);
    if (!ReusePortSelector.share(fd)) {
      int errno = Libc.errno();
      Libc.close(fd);
      throw Errno.failure("sharing a UDP port (SO_REUSEPORT)", errno);
    }
    ReusePortSelector selector = new ReusePortSelector(inner);
    SharedPort.join(
        () -> {
          BatchedSocket.bind(fd, local);
          if (!selector.attachJoined(fd)) {
            int errno = Libc.errno();
            Libc.close(fd);
            throw Errno.failure("attaching the port's selector (Linux 4.5 or later has it)", errno);
          }
        });
    AtomicBoolean alone = new AtomicBoolean();
    NeighborWatch watch = NeighborWatch.open(local, () -> alone.set(selector.attachAlone(fd)));
    // After the watch is open, so that a neighbor who leaves now is noticed by one or the other.
    watch.look();
    BatchedSocket socket =
        new BatchedSocket(
            Descriptor.of(fd, watch),
            family,
            0,
            (messages, batch, i) -> batch.packet(i, batch.slot(i), messages.received(i)));
    return new UdpOuterSocket(socket, alone);
  }

  /** Tells whether this socket has ever found itself without a neighbor. */
  boolean wasAlone() {
    return alone.get();
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
