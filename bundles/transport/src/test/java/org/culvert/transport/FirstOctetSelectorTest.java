package org.culvert.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.UnixChannelOption;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class FirstOctetSelectorTest {
  private NetworkLoop loop;
  private int port;
  private RawUdp sender;

  /** A socket of one side, which remembers the first octet of what it gets. */
  private final class Side implements AutoCloseable {
    private final BlockingQueue<Integer> got = new LinkedBlockingQueue<>();
    private final DatagramChannel channel = loop.datagramSocket(Fixtures.LOOPBACK);

    Side(boolean signaling) {
      channel
          .pipeline()
          .addLast(
              new SimpleChannelInboundHandler<DatagramPacket>() {
                @Override
                protected void channelRead0(ChannelHandlerContext context, DatagramPacket packet) {
                  got.add((int) packet.content().getUnsignedByte(0));
                }
              });
      channel.config().setOption(UnixChannelOption.SO_REUSEPORT, true);
      loop.thread().register(channel).syncUninterruptibly();
      channel.bind(new InetSocketAddress(Fixtures.LOOPBACK, port)).syncUninterruptibly();
      FirstOctetSelector.attach(channel, signaling);
    }

    Integer next() throws InterruptedException {
      return got.poll(Fixtures.PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
      channel.close().syncUninterruptibly();
    }
  }

  @BeforeEach
  void open() throws IOException {
    assumeTrue(Epoll.isAvailable());
    loop = NetworkLoop.start("test");
    port = Fixtures.freePort();
    sender = new RawUdp(port);
  }

  @AfterEach
  void close() {
    if (loop != null) {
      sender.close();
      loop.close();
    }
  }

  private void send(int... firstOctets) throws IOException {
    for (int octet : firstOctets) {
      sender.raw(new byte[] {(byte) octet, 1, 2, 3, 4, 5, 6, 7, 8});
    }
  }

  private void assertDivided(Side signaling, Side data) throws Exception {
    send(0xF0, 0x60, 0xFF, 0x6F, 0x01, 0x61);
    assertThat(signaling.next()).isEqualTo(0xF0);
    assertThat(signaling.next()).isEqualTo(0xFF);
    assertThat(signaling.next()).isEqualTo(0x01);
    assertThat(data.next()).isEqualTo(0x60);
    assertThat(data.next()).isEqualTo(0x6F);
    assertThat(data.next()).isEqualTo(0x61);
    assertThat(signaling.got).isEmpty();
    assertThat(data.got).isEmpty();
  }

  @Test
  void dividesPortWhicheverSideJoinsLast() throws Exception {
    try (Side signaling = new Side(true);
        Side data = new Side(false)) {
      assertDivided(signaling, data);
    }
    try (Side data = new Side(false);
        Side signaling = new Side(true)) {
      assertDivided(signaling, data);
    }
  }

  @Test
  void whoeverIsAloneGetsEverything() throws Exception {
    try (Side signaling = new Side(true)) {
      send(0xF0, 0x60);
      assertThat(signaling.next()).isEqualTo(0xF0);
      assertThat(signaling.next()).isEqualTo(0x60);
    }
    try (Side data = new Side(false)) {
      send(0x60, 0xF0);
      assertThat(data.next()).isEqualTo(0x60);
      assertThat(data.next()).isEqualTo(0xF0);
    }
  }

  @Test
  void eitherSideMayLeaveAndComeBack() throws Exception {
    Side signaling = new Side(true);
    Side data = new Side(false);

    for (int round = 0; round < 3; round++) {
      signaling.close();
      send(0x60);
      assertThat(data.next()).isEqualTo(0x60);
      signaling = new Side(true);
      assertDivided(signaling, data);

      data.close();
      send(0xF0);
      assertThat(signaling.next()).isEqualTo(0xF0);
      data = new Side(false);
      assertDivided(signaling, data);
    }
    signaling.close();
    data.close();
  }

  @Test
  void tunnelJoinsSocketThatGotItsPortWithoutSharing() throws Exception {
    BlockingQueue<Integer> answers = new LinkedBlockingQueue<>();
    try (RawUdp broker = new RawUdp(port)) {
      InetSocketAddress remote = new InetSocketAddress(Fixtures.LOOPBACK, broker.port());
      ReliableDatagrams client =
          loop.thread()
              .submit(
                  () ->
                      ReliableDatagrams.open(
                          loop,
                          remote,
                          Optional.empty(),
                          new RetransmissionTimer(
                              java.time.Duration.ofSeconds(2), java.time.Duration.ofSeconds(30)),
                          new ReliableDatagrams.Listener() {
                            @Override
                            public void answered(
                                java.nio.ByteBuffer data, java.time.Duration roundTrip) {
                              answers.add(data.remaining());
                            }

                            @Override
                            public void failed(IOException cause) {
                              answers.add(-1);
                            }
                          }))
              .get();
      port = client.local().getPort();
      try (Side data = new Side(false);
          RawUdp peer = new RawUdp(port)) {
        peer.raw(new byte[] {0x60, 1, 2, 3, 4, 5, 6, 7});
        assertThat(data.next()).isEqualTo(0x60);
        peer.raw(new byte[] {(byte) 0xF0, 0, 0, 1, 0, 0, 0, 0});
        peer.raw(new byte[] {0x61, 1, 2, 3, 4, 5, 6, 7});
        assertThat(data.next()).isEqualTo(0x61);

        loop.thread().submit(client::close).get();
        peer.raw(new byte[] {0x62, 1, 2, 3, 4, 5, 6, 7});
        assertThat(data.next()).isEqualTo(0x62);
      }
    }
  }
}
