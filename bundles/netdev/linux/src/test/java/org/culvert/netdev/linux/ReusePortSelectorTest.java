package org.culvert.netdev.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.culvert.api.encapsulation.WireFormat;
import org.culvert.api.encapsulation.WireFormat.Carrier.Udp;
import org.culvert.api.encapsulation.WireFormat.IpVersion;
import org.culvert.api.net.IpAddresses;
import org.culvert.api.netdev.OuterSocket;
import org.culvert.api.netdev.PacketBatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OwnNetwork.class)
class ReusePortSelectorTest {
  private static final WireFormat UDP = new WireFormat(IpVersion.IPV4, IpVersion.IPV6, new Udp());
  private static final InetSocketAddress SHARED =
      new InetSocketAddress(IpAddresses.parse("127.0.0.1"), 3653);

  private static final byte[] REQUEST = {(byte) 0xF1, 0, 0, 1};
  private static final byte[] LITTLE_ENDIAN_REQUEST = {1, 0, 0, (byte) 0xF1};
  private static final byte[] DATA = {0x60, 1, 2, 3};

  private final LinuxOuterSockets sockets = new LinuxOuterSockets();

  @Test
  void givesDataToTheSocketThatJoinsLater() throws Exception {
    try (FakeSignaling signaling = FakeSignaling.attached(SHARED);
        OuterSocket data = sockets.open(UDP, SHARED)) {
      separates(signaling, data);
    }
  }

  @Test
  void leavesDataWhereItIsWhenSignalingJoinsLater() throws Exception {
    try (OuterSocket data = sockets.open(UDP, SHARED);
        FakeSignaling signaling = FakeSignaling.attached(SHARED)) {
      separates(signaling, data);
    }
  }

  @Test
  void survivesRestartsOfEitherSide() throws Exception {
    FakeSignaling signaling = FakeSignaling.attached(SHARED);
    OuterSocket data = sockets.open(UDP, SHARED);
    for (int round = 0; round < 20; round++) {
      signaling.close();
      takesData(data);
      signaling = FakeSignaling.attached(SHARED);
      separates(signaling, data);

      data.close();
      send(REQUEST);
      assertThat(signaling.receive()).isEqualTo(REQUEST);
      data = sockets.open(UDP, SHARED);
      separates(signaling, data);
    }
    signaling.close();
    data.close();
  }

  @Test
  void isRightHoweverBothJoinAtTheSameTime() throws Exception {
    ExecutorService other = Executors.newSingleThreadExecutor();
    try {
      for (int round = 0; round < 2_000; round++) {
        CyclicBarrier begin = new CyclicBarrier(2);
        Future<FakeSignaling> joining =
            other.submit(
                () -> {
                  begin.await();
                  return FakeSignaling.attached(SHARED);
                });
        begin.await();
        try (OuterSocket data = sockets.open(UDP, SHARED);
            FakeSignaling signaling = joining.get()) {
          separates(signaling, data);
        }
      }
    } finally {
      other.shutdownNow();
    }
  }

  @Test
  void losesNoDataBetweenTheOthersJoiningAndAttaching() throws Exception {
    try (OuterSocket data = sockets.open(UDP, SHARED);
        FakeSignaling joining = new FakeSignaling(SHARED)) {
      separates(joining, data);
    }
  }

  @Test
  void losesNoDataEitherWhenTheOtherWasThereBefore() throws Exception {
    FakeSignaling signaling = FakeSignaling.attached(SHARED);
    try (OuterSocket data = sockets.open(UDP, SHARED)) {
      assertThat(((UdpOuterSocket) data).wasAlone()).isFalse();
      separates(signaling, data);
      signaling.close();
      awaitSeenAlone(data);

      try (FakeSignaling returning = new FakeSignaling(SHARED)) {
        separates(returning, data);
      }
    }
  }

  @Test
  void staysRightWhenAnEarlierDataSocketIsAnnouncedLate() throws Exception {
    try (FakeSignaling signaling = FakeSignaling.attached(SHARED)) {
      for (int i = 0; i < 50; i++) {
        try (OuterSocket data = sockets.open(UDP, SHARED)) {
          separates(signaling, data);
        }
      }
    }
  }

  @Test
  void losesNoDataWhileSignalingRestartsUnderLoad() throws Exception {
    int count = 20_000;
    AtomicInteger received = new AtomicInteger();
    AtomicBoolean stray = new AtomicBoolean();
    try (OuterSocket data = sockets.open(UDP, SHARED);
        DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET)) {
      Thread receiver =
          new Thread(
              () -> {
                PacketBatch batch = Packets.batch();
                try {
                  while (received.get() < count && data.receive(batch)) {
                    received.addAndGet(batch.size());
                  }
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              },
              "culvert-test-receiver");
      receiver.setDaemon(true);
      receiver.start();
      for (int i = 0; i < count; i++) {
        // Bounded flight, so that a loss can only come from the selector.
        while (i - received.get() > 500 && receiver.isAlive()) {
          Thread.onSpinWait();
        }
        if (i % 1000 == 500) {
          try (FakeSignaling brief = FakeSignaling.attached(SHARED)) {
            sender.send(ByteBuffer.wrap(DATA), SHARED);
            stray.compareAndSet(false, brief.hasReceived());
          }
        } else {
          sender.send(ByteBuffer.wrap(DATA), SHARED);
        }
      }
      receiver.join(Packets.DEADLINE.toMillis());
    }
    assertThat(stray).isFalse();
    assertThat(received).hasValue(count);
  }

  private static void separates(FakeSignaling signaling, OuterSocket data) throws Exception {
    send(REQUEST);
    send(DATA);
    send(LITTLE_ENDIAN_REQUEST);
    send(DATA);
    assertThat(Packets.receive(data, 2)).containsExactly(DATA, DATA);
    assertThat(signaling.receive()).isEqualTo(REQUEST);
    assertThat(signaling.receive()).isEqualTo(LITTLE_ENDIAN_REQUEST);
  }

  private static void takesData(OuterSocket data) throws Exception {
    send(DATA);
    assertThat(Packets.receive(data, 1)).containsExactly(DATA);
  }

  /** The kernel announces a closed socket from a worker of its own; receiving takes notice. */
  private static void awaitSeenAlone(OuterSocket data) throws Exception {
    long begin = System.nanoTime();
    while (!((UdpOuterSocket) data).wasAlone()) {
      takesData(data);
      assertThat(System.nanoTime() - begin).isLessThan(Packets.DEADLINE.toNanos());
    }
  }

  private static void send(byte[] datagram) throws IOException {
    try (DatagramChannel sender = DatagramChannel.open(StandardProtocolFamily.INET)) {
      sender.send(ByteBuffer.wrap(datagram), SHARED);
    }
  }
}
