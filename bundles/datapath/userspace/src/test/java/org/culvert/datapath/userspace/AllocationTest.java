package org.culvert.datapath.userspace;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import org.culvert.api.netdev.PacketBatch;
import org.culvert.testkit.net.Ipv4Packets;
import org.culvert.testkit.net.Packets;
import org.junit.jupiter.api.Test;

/** Habit 24 of the path: nothing is allocated for a packet, forwarded or dropped. */
class AllocationTest {
  private static final int BURST = 64;
  private static final int BURSTS = 2_000;
  private static final String HOST = "2001:db8:ffff::1";

  private static final String HOST_4 = "192.0.2.99";

  private final Tunnel tunnel;
  private final Tunnel ipv4;
  private final Tunnel[] whose = new Tunnel[BURST];
  private final PacketBatch batch;

  AllocationTest() throws Exception {
    tunnel = new Tunnel(Samples.clientTunnel(), Samples.port(new Samples.CountingSocket()));
    byte[][] packets = new byte[BURST][];
    Arrays.fill(packets, Packets.udp(Samples.CLIENT_INNER, HOST, 100));
    ipv4 = new Tunnel(Samples.clientTunnel4(), Samples.port(new Samples.CountingSocket()));
    for (int i = 0; i < BURST; i += 8) {
      packets[i + 5] = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 100);
      packets[i + 6] = Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 1400);
      packets[i + 7] = Ipv4Packets.udp(HOST_4, "192.0.2.77", 100);
      packets[i + 3] =
          Ipv4Packets.withFlags(
              Ipv4Packets.udp(HOST_4, Samples.CLIENT_INNER_4, 100), Ipv4Packets.DONT_FRAGMENT);
    }
    for (int i = 0; i < BURST; i += 8) {
      packets[i] = Packets.udp(HOST, Samples.CLIENT_INNER, 100);
      packets[i + 1] = Packets.udp("fe80::1", "ff02::2", 100);
      packets[i + 2] = Packets.udp(HOST, Samples.CLIENT_INNER, 1400);
    }
    batch = Samples.batch(Samples.CLIENT, packets);
  }

  @Test
  void wayInAllocatesNothing() {
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(tunnel.peerHigh, tunnel.peerLow, tunnel.peerPort, tunnel);
    Tally strangers = new Tally();

    assertThat(
            octetsPerPacket(
                () -> Inbound.examine(batch, endpoints, OwnAddresses.NONE, strangers, whose)))
        .isLessThan(1);
  }

  @Test
  void wayInOfIpv4AllocatesNothing() throws Exception {
    KeyTable<Tunnel> endpoints = new KeyTable<>(1);
    endpoints.put(ipv4.peerHigh, ipv4.peerLow, ipv4.peerPort, ipv4);
    for (int i = 0; i < BURST; i++) {
      batch.peer(i, ipv4.peerHigh, ipv4.peerLow, 0);
      byte[] packet =
          Ipv4Packets.udp(i % 4 == 0 ? HOST_4 : Samples.CLIENT_INNER_4, HOST_4, length(i));
      batch.memory().put(batch.slot(i), packet);
    }
    Tally strangers = new Tally();

    assertThat(
            octetsPerPacket(
                () -> Inbound.examine(batch, endpoints, OwnAddresses.NONE, strangers, whose)))
        .isLessThan(1);
    assertThat(ipv4.counters().receivedPackets()).isPositive();
  }

  /** With errors, fragments and packets of both versions. */
  @Test
  void wayOutAllocatesNothing() {
    Routes routes = Routes.of(List.of(tunnel, ipv4));
    Outbound outbound = new Outbound(BURST, 2048, TrafficClass.ALL, new Tally(), System::nanoTime);

    assertThat(octetsPerPacket(() -> outbound.forward(batch, routes))).isLessThan(1);
  }

  private static int length(int slot) {
    return slot % 4 == 2 ? 1400 : 100;
  }

  private double octetsPerPacket(Runnable burst) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    run(burst);
    long before = threads.getThreadAllocatedBytes(thread);
    run(burst);
    return (threads.getThreadAllocatedBytes(thread) - before) / (double) (BURST * BURSTS);
  }

  private void run(Runnable burst) {
    for (int i = 0; i < BURSTS; i++) {
      for (int slot = 0; slot < BURST; slot++) {
        batch.packet(slot, batch.slot(slot), length(slot));
      }
      burst.run();
    }
  }
}
