package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.culvert.api.netdev.SharedPort;

/** The other side of a shared UDP port: it attaches "mine to 1, the other's to 0". */
final class FakeSignaling implements AutoCloseable {
  private static final int SO_ATTACH_REUSEPORT_CBPF = 51;

  private final int fd;

  /** Joins the port; attaching comes later, as it does for everyone. */
  FakeSignaling(InetSocketAddress local) throws IOException {
    Libc.load();
    fd = BatchedSocket.open(Family.of(local.getAddress()), BatchedSocket.SOCK_DGRAM, 0);
    assertThat(ReusePortSelector.share(fd)).isTrue();
    BatchedSocket.bind(fd, local);
  }

  static FakeSignaling attached(InetSocketAddress local) throws IOException {
    FakeSignaling[] signaling = new FakeSignaling[1];
    SharedPort.join(
        () -> {
          signaling[0] = new FakeSignaling(local);
          signaling[0].attach();
        });
    return signaling[0];
  }

  private void attach() {
    boolean attached =
        new SocketFilter(5)
            .load8(0)
            .and(0xF0)
            .skipUnless(0x60, 1)
            .accept(0)
            .accept(1)
            .attach(fd, SO_ATTACH_REUSEPORT_CBPF);
    assertThat(attached).isTrue();
  }

  /** Receives one datagram. */
  byte[] receive() {
    Block buffer = Block.of(2048);
    long begin = System.nanoTime();
    long length = -1;
    while (length < 0) {
      assertThat(System.nanoTime() - begin).isLessThan(Packets.DEADLINE.toNanos());
      length = Libc.recv(fd, buffer.address(), 2048, 0);
    }
    byte[] octets = new byte[(int) length];
    buffer.host().get(0, octets);
    return octets;
  }

  /** Tells whether a datagram is there. */
  boolean hasReceived() {
    Block buffer = Block.of(2048);
    return Libc.recv(fd, buffer.address(), 2048, 0) >= 0;
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
